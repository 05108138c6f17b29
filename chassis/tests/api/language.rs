//! The language as the specification has it, where the library underneath reads or executes something else (B19).

use serde_json::{Value, json};

use lab_stack::testing::HttpResponse;

use crate::app::TestApp;

async fn data(app: &TestApp, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    let answer = app.post(body).await;
    assert!(
        answer.json().get("errors").is_none(),
        "{query} {variables}: {}",
        answer.text
    );
    answer.json()["data"].clone()
}

/// B19.
#[tokio::test]
async fn strings_are_written_with_every_escape_of_the_specification() {
    let app = TestApp::start().await;
    for (literal, text) in [
        (r#""\uD83D\uDE00""#, "😀"),
        (r#""\u{1F600}""#, "😀"),
        (
            r#""\u00E9 \" \\ \/ \b\f\n\r\t""#,
            "é \" \\ / \u{8}\u{c}\n\r\t",
        ),
        (
            "\"\"\"\n  three: \\\"\"\"\n    more\n\"\"\"",
            "three: \"\"\"\n  more",
        ),
        ("\"😀\"", "😀"),
    ] {
        let query = format!("{{ echo(text: {literal}) }}");
        assert_eq!(
            data(&app, &query, json!({})).await["echo"],
            text,
            "{literal}"
        );
        let query = format!("query($t: String = {literal}) {{ echo(text: $t) }}");
        assert_eq!(
            data(&app, &query, json!({})).await["echo"],
            text,
            "{literal}"
        );
    }
    for literal in [
        r#""\uD83D""#,
        r#""\uDE00""#,
        r#""\u{D83D}""#,
        r#""\u{110000}""#,
        r#""\q""#,
    ] {
        app.refuses(json!({ "query": format!("{{ echo(text: {literal}) }}") }))
            .await;
    }
}

/// B19: what is wrong behind a literal that had to be rewritten is still where the client wrote it.
#[tokio::test]
async fn errors_point_to_where_the_client_wrote_what_is_wrong() {
    let app = TestApp::start().await;
    let query = "{\n  echo(text: \"\\uD83D\\uDE00\\u{1F600}\") wrong\n}";
    let answer = app.query(query).await.json();
    let location = &answer["errors"][0]["locations"][0];
    assert_eq!(*location, json!({ "line": 2, "column": 39 }), "{answer}");
    let answer = app.query("{\n  echo(text: \"\\uD83D\")\n}").await.json();
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("2:14"), "{message}");
}

#[tokio::test]
async fn types_may_be_spaced_and_definitions_described() {
    let app = TestApp::start().await;
    let query = "\"what it does\" query Q(\"what it is\" $v : Int ! # so\n) { number(value: $v) }";
    assert_eq!(data(&app, query, json!({ "v": 3 })).await["number"], 3);
}

/// Seen with `first: 20.0`: JSON has numbers, and a number that is whole is an integer.
#[tokio::test]
async fn a_whole_number_is_an_integer_however_it_is_written() {
    let app = TestApp::start().await;
    let query = "query($v: Int!) { number(value: $v) }";
    for text in ["20", "20.0", "2e1", "2.0E+1", "200e-1"] {
        let body = format!(r#"{{"query": "{query}", "variables": {{"v": {text}}}}}"#);
        let request = app
            .http
            .post(app.url())
            .header("content-type", "application/json")
            .body(body);
        let answer = HttpResponse::of(request).await;
        assert_eq!(
            answer.json()["data"]["number"],
            20,
            "{text}: {}",
            answer.text
        );
    }
    for value in [
        json!(20.5),
        json!(2147483648.0),
        json!(1e300),
        json!(9007199254740993i64),
    ] {
        let body = json!({ "query": query, "variables": { "v": value } });
        let answer = app.post(body).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{value}: {}", answer.text);
    }
    for literal in ["20.0", "2e1", "2147483648", "1e999", "01"] {
        let answer = app.query(format!("{{ number(value: {literal}) }}")).await;
        assert_eq!(
            answer.code(),
            "BAD_USER_INPUT",
            "{literal}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_variable_that_is_not_given_has_its_default_and_without_one_is_no_argument() {
    let app = TestApp::start().await;
    let query = "query($v: Int) { given(value: $v) page(first: $v) }";
    let absent = data(&app, query, json!({})).await;
    assert_eq!(absent, json!({ "given": "nothing", "page": 20 }));
    let query = "query($v: Int = 7) { given(value: $v) page(first: $v) }";
    let default = data(&app, query, json!({})).await;
    assert_eq!(default, json!({ "given": "7", "page": 7 }));
    let query = "query($v: Int = 7) { given(value: $v) }";
    assert_eq!(
        data(&app, query, json!({ "v": null })).await["given"],
        "null"
    );
    // The same where there are others beside it, and where a fragment uses it.
    let query = "query A($v: Int) { ...F } query B($v: Int!) { ...F } fragment F on Query { given(value: $v) }";
    let body = json!({ "query": query, "operationName": "A" });
    assert_eq!(app.post(body).await.json()["data"]["given"], "nothing");
    app.refuses(json!({ "query": query, "operationName": "B" }))
        .await;
}

#[tokio::test]
async fn conditions_know_defaults_and_are_true_or_false() {
    let app = TestApp::start().await;
    let query = "query($yes: Boolean! = true) { page @include(if: $yes) given @skip(if: $yes) }";
    assert_eq!(data(&app, query, json!({})).await, json!({ "page": 20 }));
    let other = data(&app, query, json!({ "yes": false })).await;
    assert_eq!(other, json!({ "given": "nothing" }));
    let query = "query($yes: Boolean!) { page @include(if: $yes) greeting }";
    for variables in [
        json!({}),
        json!({ "yes": null }),
        json!({ "yes": "true" }),
        json!({ "yes": 1 }),
    ] {
        app.refuses(json!({ "query": query, "variables": variables }))
            .await;
    }
}
