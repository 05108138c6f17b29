//! From the start to the end of a sender.

use std::time::{Duration, Instant};

use chassis::config::TokenArgs;
use lab_stack::servers::Postgres;
use sender::Application;
use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn a_sender_refuses_to_start_on_an_older_schema_in_one_line() {
    let stage = Stage::new().await;
    stage
        .owner
        .batch_execute("DELETE FROM refinery_schema_history")
        .await
        .unwrap();
    let Err(refusal) = Application::build(&stage.config(2)).await else {
        panic!("it started");
    };
    let line = refusal.to_string();
    assert!(line.contains("schema version 0 is older than 6"), "{line}");
    assert_eq!(line.lines().count(), 1);
}

/// Defect 20: health was a constant.
#[tokio::test]
async fn a_sender_without_postgres_fails_fast_is_alive_and_not_ready_and_recovers() {
    let postgres = Postgres::start();
    let database = postgres.database().await;
    let stage = Stage::on(database, 1, lab_stack::servers::shared().redis_url()).await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    assert_eq!(stage.get(0, "/readyz").await.0, 200);

    postgres.stop();
    let began = Instant::now();
    let input = json!({ "chatId": chat, "content": "hello?" });
    stage
        .call(&ada, "createMessage", input.clone())
        .await
        .is("UNAVAILABLE", None);
    assert!(began.elapsed() < Duration::from_secs(3), "fails fast");
    assert_eq!(stage.get(0, "/readyz").await.0, 503);
    assert_eq!(stage.get(0, "/livez").await.0, 200);

    postgres.restart();
    let deadline = Instant::now() + Duration::from_secs(5);
    while stage.get(0, "/readyz").await.0 != 200 {
        assert!(Instant::now() < deadline, "ready again within 5 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stage.call(&ada, "createMessage", input).await.ok();
}

#[tokio::test]
async fn a_sender_without_keys_is_not_ready_and_lets_nobody_in() {
    let mut stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let mut config = stage.config(2);
    config.tokens = TokenArgs {
        jwks_url: format!("http://127.0.0.1:{}/jwks.json", lab_stack::ports::free()),
        ..TokenArgs::default()
    };
    let sender = stage.start_with(&config).await;
    assert_eq!(stage.get(sender, "/readyz").await.0, 503);
    assert_eq!(stage.get(sender, "/livez").await.0, 200);
    let input = json!({ "kind": "GROUP", "name": "x", "participantIds": [] });
    stage
        .call_at(sender, &ada, "createChat", input)
        .await
        .is("UNAVAILABLE", None);
}

#[tokio::test]
async fn redis_is_only_a_degradation() {
    let redis = lab_stack::servers::Redis::start();
    let stage = Stage::with(1, redis.url()).await;
    assert!(
        stage
            .get(0, "/healthz")
            .await
            .1
            .contains("\"status\":\"ok\"")
    );
    redis.stop();
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let (status, body) = stage.get(0, "/healthz").await;
        assert_eq!(status, 200);
        if body.contains("degraded") {
            break;
        }
        assert!(Instant::now() < deadline, "{body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stage.get(0, "/readyz").await.0, 200);
}
