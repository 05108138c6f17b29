//! What the endpoint takes as a request, and what it does not.

use serde_json::json;

use lab_stack::testing::{GraphqlResponse, HttpResponse};

use crate::app::{GRAPHQL_RESPONSE, TestApp};

#[tokio::test]
async fn resolvers_get_the_per_request_data() {
    let answer = TestApp::start().await.query("{ greeting }").await;
    assert_eq!(answer.json(), json!({ "data": { "greeting": "hello" } }));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_batch_is_refused() {
    let app = TestApp::start().await;
    let answer = app.post(json!([{ "query": "{ greeting }" }])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BAD_USER_INPUT")
    );
}

#[tokio::test]
async fn malformed_json_is_refused_without_the_parsers_words() {
    let app = TestApp::start().await;
    let request = app
        .http
        .post(app.url())
        .header("content-type", "application/json")
        .body("{ \"query\": ");
    let answer = GraphqlResponse::of(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (400, "BAD_USER_INPUT")
    );
    assert!(
        !answer.text.contains("line") && !answer.text.contains("EOF"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_mutation_does_not_run_over_get() {
    let app = TestApp::start().await;
    let get = |document: &str| {
        app.http
            .get(app.url())
            .header("accept", GRAPHQL_RESPONSE)
            .query(&[("query", document)])
    };
    let refused = GraphqlResponse::of(get("mutation { touch }")).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("allow")),
        (405, "GET, POST")
    );
    assert_eq!(refused.code(), "BAD_USER_INPUT");
    // The operation that would run counts, not the one that stands first.
    let document = "query A { greeting } mutation B { touch }";
    let refused = GraphqlResponse::of(get(document).query(&[("operationName", "B")])).await;
    assert_eq!(refused.status, 405);
    let allowed = GraphqlResponse::of(get(document).query(&[("operationName", "A")])).await;
    assert_eq!(allowed.status, 200);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let app = TestApp::start().await;
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = app
            .http
            .request(method.parse().unwrap(), app.url())
            .json(&json!({ "query": "{ greeting }" }));
        assert_eq!(HttpResponse::of(request).await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn a_content_type_that_a_page_elsewhere_may_send_is_refused() {
    let app = TestApp::start().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
        "nonsense",
    ] {
        let request = app
            .http
            .post(app.url())
            .header("content-type", content_type)
            .body(r#"{"query": "mutation { touch }"}"#);
        let answer = GraphqlResponse::of(request).await;
        assert_eq!(answer.status, 415, "{content_type}");
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    let without = app
        .http
        .post(app.url())
        .body(r#"{"query": "{ greeting }"}"#);
    assert_eq!(GraphqlResponse::of(without).await.status, 415);
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_one_byte_more_is_not() {
    let app = TestApp::start().await;
    let body = |bytes: usize| {
        let empty = r#"{"query":"{ greeting }","padding":""}"#;
        format!(
            r#"{{"query":"{{ greeting }}","padding":"{}"}}"#,
            "x".repeat(bytes - empty.len())
        )
    };
    let send = |body: reqwest::Body| {
        let request = app
            .http
            .post(app.url())
            .header("content-type", "application/json")
            .body(body);
        GraphqlResponse::of(request)
    };
    assert_eq!(send(body(65_536).into()).await.status, 200);
    let refused = send(body(65_537).into()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (413, "BAD_USER_INPUT")
    );
    // Nor when the length is not declared.
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(body(65_537))]);
    assert_eq!(send(reqwest::Body::wrap_stream(chunks)).await.status, 413);
}

#[tokio::test]
async fn a_subscription_is_refused_over_http() {
    TestApp::start()
        .await
        .refuses(json!({ "query": "subscription { ticks }" }))
        .await;
}

#[tokio::test]
async fn an_unknown_operation_name_is_refused() {
    let app = TestApp::start().await;
    app.refuses(json!({ "query": "query A { greeting }", "operationName": "B" }))
        .await;
    app.refuses(json!({ "query": "query A { greeting } query B { greeting }" }))
        .await;
}

#[tokio::test]
async fn only_allowed_origins_may_call_from_a_browser() {
    let preflight = |app: &TestApp, origin: &str| {
        app.http
            .request(reqwest::Method::OPTIONS, app.url())
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            )
    };
    let none = TestApp::start().await;
    let refused = HttpResponse::of(preflight(&none, "https://evil.example")).await;
    assert_eq!(refused.header("access-control-allow-origin"), "");

    let args = chassis::config::GraphqlArgs {
        allowed_origins: vec!["https://chat.example".into()],
        ..Default::default()
    };
    let one = TestApp::with(args, |endpoint| endpoint).await;
    let allowed = HttpResponse::of(preflight(&one, "https://chat.example")).await;
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        "https://chat.example"
    );
    let refused = HttpResponse::of(preflight(&one, "https://evil.example")).await;
    assert_eq!(refused.header("access-control-allow-origin"), "");
}
