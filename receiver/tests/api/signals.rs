//! Typing and read marks.

use serde_json::{Value, json};
use shared_schema::ChatId;

use crate::{
    app::{Op, Person, TestApp},
    documents::{CHAT_EVENTS, INBOX},
    inbox::after,
};

async fn following(app: &TestApp, person: &Person, chat: ChatId) -> Op {
    let mut events = app
        .follow(person, CHAT_EVENTS, json!({ "chat": chat }))
        .await;
    events.next().await;
    events
}

/// The next signal, past batches of events.
async fn signal(op: &mut Op) -> Value {
    loop {
        let batch = op.next().await;
        if let Some(signal) = batch["signals"].get(0) {
            assert_eq!(batch["events"], json!([]));
            assert_eq!(batch["signals"].as_array().unwrap().len(), 1, "{batch}");
            return signal.clone();
        }
    }
}

#[tokio::test]
async fn typing_is_seen_by_whoever_looks_and_by_nobody_later() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut events = following(&app, &bob, chat).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    let mut stranger = app.follow(&eve, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    stranger.greeting(eve.id).await;
    app.types(&ada, chat).await;
    for op in [&mut events, &mut inbox] {
        let typing = signal(op).await;
        assert_eq!(typing["__typename"], "Typing");
        assert_eq!(typing["userId"], ada.id.to_string());
    }
    stranger.silence(200).await;
    let mut late = following(&app, &bob, chat).await;
    late.silence(1_200).await;
}

#[tokio::test]
async fn a_read_mark_is_told_once_by_signal_or_else_by_the_sweep() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say_many(&ada, chat, 9).await;
    let mut events = following(&app, &ada, chat).await;
    app.read(&bob, chat, 3).await;
    let mark = signal(&mut events).await;
    assert_eq!(mark["__typename"], "ReceiptChanged");
    assert_eq!(
        (&mark["userId"], &mark["readNumber"]),
        (&json!(bob.id), &json!(3))
    );
    events.silence(1_300).await;

    app.publisher.mute();
    app.read(&bob, chat, 7).await;
    assert_eq!(signal(&mut events).await["readNumber"], 7);
    // Marks only grow: what comes late is no news.
    app.publisher.unmute();
    let late = shared_schema::Signal::ReceiptChanged {
        chat_id: chat,
        user_id: bob.id,
        delivered_number: 5,
        read_number: Some(5),
    };
    app.publisher.publish(chat.into(), &[], &[late]).await;
    events.silence(1_300).await;
}

#[tokio::test]
async fn marks_that_moved_meanwhile_are_told_again_on_resuming() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let messages = app.say_many(&ada, chat, 9).await;
    app.read(&bob, chat, 2).await;
    // Long before the client went away: not told again.
    app.owner
        .execute(
            "UPDATE participants SET last_read_at = now() - interval '1 hour' WHERE user_id = $1",
            &[&bob.id.0],
        )
        .await
        .unwrap();
    let position = messages[8].position();
    app.read(&eve, chat, 8).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;

    let one = json!({ "chat": chat, "after": position.to_string() });
    let mut events = app.follow(&ada, CHAT_EVENTS, one).await;
    let mut inbox = app.follow(&ada, INBOX, after(&[position])).await;
    for op in [&mut events, &mut inbox] {
        let batch = op.of(chat).await;
        let marks = batch["signals"].as_array().unwrap();
        assert_eq!(marks.len(), 1, "{batch}");
        assert_eq!(marks[0]["userId"], eve.id.to_string());
        assert_eq!(marks[0]["readNumber"], 8);
    }
}
