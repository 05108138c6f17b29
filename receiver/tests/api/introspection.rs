//! What may be read of the schema (S1).

use receiver::LiveArgs;
use serde_json::json;

use crate::app::TestApp;

/// S1: the answer to a request of some 400 bytes, at most.
const MOST: usize = 1024 * 1024;

async fn open() -> TestApp {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(LiveArgs::default());
    config.graphql.introspection = true;
    app.start(config).await;
    app
}

/// S1: it is off unless it is turned on, and the usual query of tools passes where it is.
#[tokio::test]
async fn the_schema_is_read_only_where_that_is_turned_on() {
    let usual = include_str!("../../../chassis/tests/api/introspection.graphql");
    let app = open().await;
    let answer = app.ask(None, usual, json!({})).await.ok();
    let types = answer["types"].as_array().unwrap().len();
    assert!(types > 30, "{types}");
    let closed = TestApp::new().await;
    let text = reqwest::Client::new()
        .post(closed.url(0))
        .json(&json!({ "query": usual }))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(!text.contains("FeedEvent"), "{text}");
}

/// S1: `FeedEvent` has many possible types, and each has it as its interface.
#[tokio::test]
async fn what_multiplies_in_the_schema_is_refused_before_it_is_large() {
    let app = open().await;
    let client = reqwest::Client::new();
    let mut refused = 0;
    let mut documents = vec![];
    for levels in 1..10 {
        let down = "possibleTypes { interfaces { ".repeat(levels);
        let up = "} } ".repeat(levels);
        documents.push(format!(
            "{{ __type(name: \"FeedEvent\") {{ {down} name {up} }} }}"
        ));
        let down = "fields { type { ".repeat(levels);
        documents.push(format!(
            "{{ __schema {{ types {{ {down} name description {up} }} }} }}"
        ));
        let down = "possibleTypes { fields { type { ".repeat(levels);
        let up = "} } } ".repeat(levels);
        documents.push(format!("{{ __schema {{ types {{ {down} name {up} }} }} }}"));
        let one = "__type(name: \"FeedEvent\") { possibleTypes { fields { description } interfaces { possibleTypes { description } } } }";
        let many: String = (0..levels).map(|n| format!("a{n}: {one} ")).collect();
        documents.push(format!("{{ {many} }}"));
    }
    let wide: String = (0..20).map(|n| format!("a{n}: description ")).collect();
    documents.push(format!(
        "{{ __schema {{ types {{ fields {{ {wide} }} }} }} }}"
    ));
    for document in documents {
        let answer = client
            .post(app.url(0))
            .json(&json!({ "query": document }))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(answer.len() < MOST, "{} bytes: {document}", answer.len());
        refused += usize::from(answer.contains("BAD_USER_INPUT"));
    }
    assert!(refused > 15, "{refused}");
}
