//! The process from start to end.

use std::{process::Stdio, time::Duration};

use receiver::{Application, LiveArgs};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    app::{Socket, TestApp},
    documents::INBOX,
};

/// The binary, with this environment and no other.
fn receiver(app: &TestApp, redis_url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_receiver"))
        .env_clear()
        .env("PORT", "0")
        .env("DATABASE_URL", app.database.url_as("antiphon_receiver"))
        .env("REDIS_URL", redis_url)
        .env("JWKS_URL", app.keys_url())
        .env("DRAIN_WAIT_MS", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn it_refuses_to_start_on_a_schema_that_is_too_old_in_one_line() {
    let app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    for sql in [
        "DELETE FROM refinery_schema_history",
        "DROP TABLE refinery_schema_history",
    ] {
        app.owner.batch_execute(sql).await.unwrap();
        let refusal = Application::build(app.config(LiveArgs::default())).await;
        let refusal = refusal.err().expect("refused").to_string();
        assert!(refusal.contains("older than "), "{refusal}");
        assert_eq!(refusal.lines().count(), 1, "{refusal}");
    }
    let mut process = receiver(&app, &lab_stack::servers::shared().redis_url());
    assert_eq!(process.wait().await.unwrap().code(), Some(1));
    let mut said = String::new();
    process
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .await
        .unwrap();
    assert!(said.contains("schema version 0 is older than "), "{said}");
}

#[tokio::test]
async fn it_starts_without_redis_and_says_that_it_is_degraded() {
    let app = TestApp::on(1, LiveArgs::default(), "redis://127.0.0.1:1".into()).await;
    app.until_health("degraded").await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    app.say(&ada, chat, "slowly").await;
    inbox.until(chat, 3).await;
}

#[tokio::test]
async fn sigterm_closes_sockets_with_1012_and_exits_with_0() {
    let app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let ada = app.person("ada").await;
    let mut process = receiver(&app, &lab_stack::servers::shared().redis_url());
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next_line().await.unwrap().expect("it starts");
        if line.contains("\"listening\"") {
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            let address = line["address"].as_str().unwrap().to_owned();
            break address.rsplit(':').next().unwrap().parse().unwrap();
        }
    };
    // Keys are fetched in the background: until they are there, nobody can be let in.
    let mut socket = loop {
        let mut socket = Socket::greeted(port, &ada.token).await;
        if let crate::app::Frame::Text(_) = socket.next().await {
            break socket;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let id = process.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(sent.unwrap().success());
    assert_eq!(socket.closed().await, 1012);
    let ended = tokio::time::timeout(Duration::from_secs(10), process.wait()).await;
    assert_eq!(ended.expect("it ends").unwrap().code(), Some(0));
}
