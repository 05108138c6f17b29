//! What clients read when something fails.

use serde_json::{Value, json};

use crate::app::TestApp;

async fn failure(how: &str) -> Value {
    let app = TestApp::start().await;
    let body =
        json!({ "query": "query($how: String!) { fail(how: $how) }", "variables": { "how": how } });
    let answer = app.post(body).await;
    assert_eq!(
        answer.status, 200,
        "executed, so the status is not the error's"
    );
    let json = answer.json();
    assert!(json.as_object().unwrap().contains_key("data"), "{json}");
    assert_eq!(json["errors"][0]["path"], json!(["fail"]));
    let trace = &json["errors"][0]["extensions"]["traceId"];
    assert_eq!(trace, answer.header("x-trace-id"));
    json["errors"][0].clone()
}

fn assert_code(error: &Value, code: &str, message: &str) {
    assert_eq!(error["extensions"]["code"], code);
    assert_eq!(error["message"], message);
}

#[tokio::test]
async fn an_error_says_its_code_and_its_field() {
    let forbidden = failure("forbidden").await;
    assert_code(&forbidden, "FORBIDDEN", "Only an owner may do this.");
    assert_eq!(forbidden["extensions"]["reason"], "OWNERS_ONLY");
    assert_code(&failure("not found").await, "NOT_FOUND", "chat not found");
    assert_code(&failure("shared").await, "NOT_FOUND", "user not found");
    let not_found = failure("not found in").await;
    assert_code(&not_found, "NOT_FOUND", "message not found");
    assert_eq!(not_found["extensions"]["field"], "replyToId");
    let bad_input = failure("bad input").await;
    assert_code(
        &bad_input,
        "BAD_USER_INPUT",
        "It must have at most 500 characters.",
    );
    assert_eq!(bad_input["extensions"]["field"], "content");
    let conflict = failure("conflict").await;
    assert_code(
        &conflict,
        "CONFLICT",
        "It is already taken. Choose another one.",
    );
    assert_eq!(conflict["extensions"]["field"], "username");
}

/// F5: a client says in its reader's language why something was refused, so it gets a code and not only a sentence.
#[tokio::test]
async fn f5_an_error_that_a_person_can_mend_says_its_reason_with_its_arguments() {
    let bad_input = &failure("bad input").await["extensions"];
    assert_eq!(bad_input["reason"], "TOO_LONG");
    assert_eq!(bad_input["arguments"], json!({ "max": 500 }));
    let conflict = &failure("conflict").await["extensions"];
    assert_eq!(conflict["reason"], "TAKEN");
    assert_eq!(
        conflict["arguments"],
        Value::Null,
        "a reason without arguments"
    );
    assert_eq!(
        failure("internal").await["extensions"]["reason"],
        Value::Null
    );
}

#[tokio::test]
async fn an_error_that_passes_says_when_to_retry() {
    let limited = failure("rate limited").await;
    assert_code(&limited, "RATE_LIMITED", "too many requests");
    assert_eq!(limited["extensions"]["retryAfterMs"], 1500);
    let away = failure("unavailable").await;
    assert_code(&away, "UNAVAILABLE", "temporarily unavailable");
    assert_eq!(away["extensions"]["retryAfterMs"], 1000);
}

#[tokio::test]
async fn an_answer_with_a_hole_is_no_answer() {
    let app = TestApp::start().await;
    for document in [
        "{ node { id broken } }",
        "{ node { broken } }",
        "{ nodes(first: 2) { broken } }",
        "{ number(value: 1) node { child { id broken brokenAlone } } }",
    ] {
        let json = app.post(json!({ "query": document })).await.json();
        assert_eq!(json["data"], Value::Null, "{document}: {json}");
        assert_eq!(json["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_field_that_may_fail_alone_does() {
    let app = TestApp::start().await;
    let query = json!({ "query": "{ nodes(first: 2) { id gone: brokenAlone } }" });
    let json = app.post(query).await.json();
    let node = json!({ "id": 1, "gone": null });
    assert_eq!(json["data"], json!({ "nodes": [node, node] }));
    assert_eq!(json["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn internals_are_never_shown() {
    for how in ["internal", "foreign", "bare"] {
        let error = failure(how).await;
        assert_code(&error, "INTERNAL", "internal error");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_read_is_the_requests_fault() {
    let app = TestApp::start().await;
    let variables = json!({ "value": 3_000_000_000_u64 });
    let query = "query($value: Int!) { number(value: $value) }";
    let answer = app
        .post(json!({ "query": query, "variables": variables }))
        .await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text);
    let answer = app.query("{ number(value: \"one\") }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BAD_USER_INPUT")
    );
}

#[tokio::test]
async fn an_execution_that_takes_too_long_is_unavailable() {
    let app = TestApp::start().await;
    let answer = app.query("{ slow }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (503, "UNAVAILABLE")
    );
}

#[tokio::test]
async fn a_panic_is_internal_and_the_service_goes_on() {
    let app = TestApp::start().await;
    let answer = app.query("{ panics(divisor: 0) }").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (500, "INTERNAL"));
    assert!(!answer.text.contains("bug"), "{}", answer.text);
    app.accepts(json!({ "query": "{ greeting }" })).await;
}

#[tokio::test]
async fn operations_are_counted_by_field_and_outcome() {
    let app = TestApp::start().await;
    app.query("{ a: greeting fail(how: \"not found\") }").await;
    app.query("{ noSuchField }").await;
    let metrics = app.get("/metrics").await.text;
    for line in [
        r#"test_graphql_operations_total{field="greeting",outcome="ok"} 1"#,
        r#"test_graphql_operations_total{field="fail",outcome="NOT_FOUND"} 1"#,
        r#"test_http_request_duration_seconds_count{path="/graphql",status="200"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(
        !metrics.contains("noSuchField"),
        "a client's text became a label"
    );
}
