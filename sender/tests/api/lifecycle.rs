//! From the start to the end of a sender.

use std::time::{Duration, Instant};

use chassis::config::TokenArgs;
use lab_stack::servers::Postgres;
use sender::Application;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_sender_refuses_to_start_on_an_older_schema_in_one_line() {
    let app = TestApp::new().await;
    let document = "{ serviceInfo { schemaVersion } }";
    let info = app.ask(0, None, document, json!({})).await.ok();
    app.owner
        .batch_execute("DELETE FROM refinery_schema_history")
        .await
        .unwrap();
    let Err(refusal) = Application::build(&app.config(2)).await else {
        panic!("it started");
    };
    let line = refusal.to_string();
    let expected = format!("schema version 0 is older than {}", info["schemaVersion"]);
    assert!(line.contains(&expected), "{line}");
    assert_eq!(line.lines().count(), 1);
}

/// Defect 20: health was a constant.
#[tokio::test]
async fn a_sender_without_postgres_fails_fast_is_alive_and_not_ready_and_recovers() {
    let postgres = Postgres::start();
    let database = postgres.database().await;
    let app = TestApp::on(database, 1, lab_stack::servers::shared().redis_url()).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    assert_eq!(app.get(0, "/readyz").await.status, 200);

    postgres.stop();
    let began = Instant::now();
    let input = json!({ "chatId": chat, "content": "hello?" });
    app.call(&ada, "createMessage", input.clone())
        .await
        .assert_refused("UNAVAILABLE", None);
    assert!(began.elapsed() < Duration::from_secs(3), "fails fast");
    assert_eq!(app.get(0, "/readyz").await.status, 503);
    assert_eq!(app.get(0, "/livez").await.status, 200);

    postgres.restart();
    let deadline = Instant::now() + Duration::from_secs(5);
    while app.get(0, "/readyz").await.status != 200 {
        assert!(Instant::now() < deadline, "ready again within 5 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.call(&ada, "createMessage", input).await.ok();
}

#[tokio::test]
async fn a_sender_without_keys_is_not_ready_and_lets_nobody_in() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut config = app.config(2);
    config.tokens = TokenArgs {
        jwks_url: format!("http://127.0.0.1:{}/jwks.json", lab_stack::ports::free()),
        ..TokenArgs::default()
    };
    let sender = app.start_with(&config).await;
    assert_eq!(app.get(sender, "/readyz").await.status, 503);
    assert_eq!(app.get(sender, "/livez").await.status, 200);
    let input = json!({ "kind": "GROUP", "name": "x", "participantIds": [] });
    app.call_at(sender, &ada, "createChat", input)
        .await
        .assert_refused("UNAVAILABLE", None);
}

#[tokio::test]
async fn redis_is_only_a_degradation() {
    let redis = lab_stack::servers::Redis::start();
    let app = TestApp::with(1, redis.url()).await;
    assert!(
        app.get(0, "/healthz")
            .await
            .text
            .contains("\"status\":\"ok\"")
    );
    redis.stop();
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let health = app.get(0, "/healthz").await;
        assert_eq!(health.status, 200);
        if health.text.contains("degraded") {
            break;
        }
        assert!(Instant::now() < deadline, "{health:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.get(0, "/readyz").await.status, 200);
}
