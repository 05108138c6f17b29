//! Small documents that ask for much (S1): refused, or answered with little.

use chassis::graphql::Endpoint;
use serde_json::json;

use crate::{app::TestApp, schema};

/// S1: no answer to a request of some 400 bytes is larger.
const MOST: usize = 1024 * 1024;

/// Documents of at most some 400 bytes that multiply in every way that the language has, for a schema with this type.
fn documents(ty: &str) -> Vec<String> {
    let mut found = vec![];
    for pair in [
        "possibleTypes { interfaces {",
        "fields { type {",
        "interfaces { possibleTypes {",
        "ofType { ofType {",
    ] {
        for levels in 1..12 {
            let down = pair.repeat(levels);
            let up = "}}".repeat(levels);
            found.push(format!(
                "{{ __type(name: \"{ty}\") {{ {down} name {up} }} }}"
            ));
            found.push(format!(
                "{{ __schema {{ types {{ {down} name description {up} }} }} }}"
            ));
            let one = format!("__schema {{ types {{ {down} name {up} }} }}");
            found.push(format!("{{ a: {one} b: {one} c: {one} }}"));
        }
    }
    for name in ["fields", "types", "name"] {
        let aliases: Vec<String> = (0..20).map(|n| format!("a{n}: {name}")).collect();
        found.push(format!(
            "{{ __schema {{ types {{ {} }} }} }}",
            aliases.join(" ")
        ));
    }
    let wide = "fields(includeDeprecated: true) { name description type { name description fields { name description } } }";
    found.push(format!("{{ __schema {{ types {{ {wide} }} }} }}"));
    let doubling: String = (0..9)
        .map(|n| {
            format!(
                "fragment f{n} on __Type {{ ...f{m} a{n}: ofType {{ ...f{m} }} }} ",
                m = n + 1
            )
        })
        .collect();
    found.push(format!(
        "{{ __schema {{ types {{ ...f0 }} }} }} {doubling} fragment f9 on __Type {{ name }}"
    ));
    let through = "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } \
        fragment B on __Type { x: fields { type { ...C } } } fragment C on __Type { y: fields { type { ...D } } } \
        fragment D on __Type { z: fields { type { name description } } }";
    found.push(through.to_owned());
    found
}

/// S1.
#[tokio::test]
async fn no_small_document_about_the_schema_has_a_large_answer() {
    let app = TestApp::start().await;
    let (mut refused, mut answered) = (0, 0);
    for document in documents("Node") {
        let answer = app.query(&document).await;
        assert!(
            answer.text.len() < MOST,
            "{} bytes: {document}",
            answer.text.len()
        );
        match answer.json().get("errors") {
            Some(_) => refused += 1,
            None => answered += 1,
        }
    }
    assert!(refused > 20 && answered > 5, "{refused} {answered}");
}

/// S1: through aliases, inline fragments and named ones.
#[tokio::test]
async fn lists_of_the_schema_stand_three_below_each_other_and_no_more() {
    let app = TestApp::start().await;
    let nested = |inner: &str| {
        format!(
            "{{ __type(name: \"Int\") {{ fields {{ type {{ interfaces {{ possibleTypes {{ {inner} }} }} }} }} }} }}"
        )
    };
    app.accepts(json!({ "query": nested("name") })).await;
    for inner in [
        "inputFields { name }",
        "a: fields { name }",
        "... on __Type { interfaces { name } }",
        "ofType { ofType { possibleTypes { name } } }",
    ] {
        app.refuses(json!({ "query": nested(inner) })).await;
    }
    let query = nested("...F") + " fragment F on __Type { fields { name } }";
    app.refuses(json!({ "query": query })).await;
}

/// Where our count of tokens and brackets and the parser's differ, a document nests as deep as its author likes. The
/// parser guards its stack as well, so the message tells who refused: the count, before anything was parsed.
#[tokio::test]
async fn nothing_hides_brackets_from_the_count() {
    let app = TestApp::start().await;
    let deep = "[".repeat(20_000);
    for document in [
        format!("# a comment\r{{ nested(values: {deep}"),
        format!("{{ nested(values: [\"\"\" \" {deep}"),
        format!("{{ nested(values: [\"\"\"\" {deep}"),
        format!("{{ nested(values: [\"\"\"\" {deep} \\\"\"\""),
        format!("{{ nested(values: \"a\r{deep}"),
        format!("{{ nested(values: \"\\\r{deep}"),
        format!("{{ nested(values: \u{feff}{deep}"),
        format!("query($a: {deep}Int) {{ greeting }}"),
        format!("query($a: {} {deep}Int) {{ greeting }}", "\"x\""),
        "{ a ".repeat(16_000),
        "{ ... ".repeat(10_000),
    ] {
        let answer = app.post(json!({ "query": document })).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let message = answer.json()["errors"][0]["message"].to_string();
        let by_the_count = [
            "too many tokens",
            "too many nested brackets",
            "a string does not end",
        ];
        assert!(
            by_the_count.iter().any(|ours| message.contains(ours)),
            "{message}"
        );
    }
    assert_eq!(app.get("/livez").await.status, 200);
}

/// S1: an answer has a bound, whatever was asked for.
#[tokio::test]
async fn an_answer_above_the_limit_is_refused_with_a_code() {
    let limits = chassis::graphql::Limits {
        answer_bytes: 1_000,
        ..Default::default()
    };
    let args = chassis::config::GraphqlArgs::development();
    let app = TestApp::with(args, |endpoint: Endpoint| endpoint.limits(limits)).await;
    let echo = |length: usize| format!("{{ echo(text: \"{}\") }}", "x".repeat(length));
    let within = app.query(echo(900)).await;
    assert_eq!(within.status, 200, "{}", within.text);
    let above = app.query(echo(1_100)).await;
    assert_eq!(
        (above.status.as_u16(), above.code()),
        (400, "BAD_USER_INPUT")
    );
    assert!(above.json().get("data").is_none(), "{}", above.text);
}

/// S12: what weighs more than half of a request is asked for once in it.
#[tokio::test]
async fn heavy_fields_stand_once_in_a_request_beside_a_few_light_ones() {
    let args = chassis::config::GraphqlArgs::default();
    let app = TestApp::with(args, |endpoint: Endpoint| {
        endpoint.limits(schema::weighed())
    })
    .await;
    app.accepts(json!({ "query": "mutation { prove a: touch b: touch c: touch d: touch }" }))
        .await;
    for document in [
        "mutation { a: prove b: prove }",
        "mutation { prove prove }",
        "mutation { prove ...F } fragment F on Mutation { b: prove }",
        "mutation { ... on Mutation { a: prove } ... { ... { b: prove } } }",
        "mutation { prove a: touch b: touch c: touch d: touch e: touch }",
        "mutation A { touch } mutation B { a: prove b: prove }",
    ] {
        app.refuses(json!({ "query": document, "operationName": document.contains("mutation A").then_some("A") }))
            .await;
    }
}
