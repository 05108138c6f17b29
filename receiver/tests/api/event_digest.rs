//! `eventDigest`: what a client checks its own events against.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared_schema::{ChatId, Cursor};
use uuid::Uuid;

use crate::app::{Person, TestApp};

const DIGEST: &str = "query($chat: ID!, $from: Int!, $to: Int!, $atLeast: Cursor) {
    eventDigest(chatId: $chat, fromSeq: $from, toSeq: $to, atLeast: $atLeast) { eventCount sha256 } }";

const FEED: &str =
    "query($id: ID!, $after: Cursor!) { feed(id: $id, after: $after) { events { seq id } } }";

async fn digest(app: &TestApp, person: &Person, chat: ChatId, from: i64, to: i64) -> Value {
    let variables = json!({ "chat": chat, "from": from, "to": to });
    app.ask(Some(person), DIGEST, variables).await.ok()
}

/// As the description of the field says.
fn digest_of(events: &[Value]) -> Value {
    let mut hash = Sha256::new();
    for event in events {
        hash.update(event["seq"].as_i64().unwrap().to_be_bytes());
        let id: Uuid = event["id"].as_str().unwrap().parse().unwrap();
        hash.update(id.as_bytes());
    }
    let sha256: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    json!({ "eventCount": events.len(), "sha256": sha256 })
}

#[tokio::test]
async fn a_client_that_applied_every_event_computes_the_same() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 40).await;
    app.say_many(&ada, other, 40).await;
    let variables = json!({ "id": chat, "after": Cursor::start(chat).to_string() });
    let batch = app.ask(Some(&bob), FEED, variables).await.ok();
    let events = batch["events"].as_array().unwrap().clone();
    assert_eq!(events.len(), 42);

    assert_eq!(digest(&app, &bob, chat, 1, 42).await, digest_of(&events));
    assert_eq!(
        digest(&app, &bob, chat, 7, 7).await,
        digest_of(&events[6..7])
    );
    // The range may reach further than the feed does.
    assert_eq!(
        digest(&app, &bob, chat, 40, 9_000).await,
        digest_of(&events[39..])
    );
    assert_eq!(digest(&app, &bob, chat, 43, 50).await, digest_of(&[]));
    // Neither a missing nor a repeated nor a moved event goes unnoticed.
    let missing = [&events[..20], &events[21..]].concat();
    let repeated = [&events[..21], &events[20..]].concat();
    let mut moved = events.clone();
    moved.swap(20, 21);
    for wrong in [missing, repeated, moved] {
        assert_ne!(digest(&app, &bob, chat, 1, 42).await, digest_of(&wrong));
    }
    assert_ne!(
        digest(&app, &bob, other, 1, 42).await,
        digest(&app, &bob, chat, 1, 42).await
    );
}

#[tokio::test]
async fn only_participants_get_one_and_only_of_a_bounded_range() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.remove(&ada, chat, &bob).await;
    let variables = json!({ "chat": chat, "from": 1, "to": 3 });
    for person in [&bob, &eve] {
        let answer = app.ask(Some(person), DIGEST, variables.clone()).await;
        answer.assert_refused("NOT_FOUND", None);
    }
    let answer = app.ask(None, DIGEST, variables).await;
    answer.assert_refused("UNAUTHENTICATED", None);
    for (from, to) in [(1, 10_001), (5, 4), (i64::from(i32::MAX), 1)] {
        let variables = json!({ "chat": chat, "from": from, "to": to });
        let answer = app.ask(Some(&ada), DIGEST, variables).await;
        answer.assert_refused("BAD_USER_INPUT", Some("toSeq"));
    }
    assert_eq!(digest(&app, &ada, chat, 1, 10_000).await["eventCount"], 3);
}
