//! Builds of different age on the same channels, and clients that kept the cursors of an earlier release.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared_schema::{Change, Cursor, FeedRef};

use crate::{
    app::{TestApp, cursor, kinds, seqs},
    documents::{CHAT_EVENTS, INBOX},
};

/// The cursor as the release before gave it to its clients.
fn version_1(cursor: Cursor) -> String {
    let mut bytes = vec![1];
    bytes.extend(cursor.feed.id().as_bytes());
    bytes.extend(cursor.seq.to_be_bytes());
    bytes.extend(cursor.event.0.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn the_cursors_of_the_release_before_resume_everything_and_are_replaced() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let (own, there) = (app.head(bob.feed()).await, app.head(chat).await);
    let message = app.say(&ada, chat, "missed").await;
    let new = app.group(&ada, &[&bob]).await;

    let after = json!({ "after": [version_1(own), version_1(there)] });
    let mut inbox = app.follow(&bob, INBOX, after).await;
    let (mut told, mut of_own): (Vec<Value>, Vec<Value>) = (vec![], vec![]);
    while of_own.is_empty() {
        let batch = inbox.next().await;
        let events = batch["events"].as_array().unwrap().clone();
        assert_eq!(batch["reset"], Value::Null);
        if batch["feedId"] == chat.to_string() {
            told.extend(events);
        } else if batch["feedId"] == bob.id.to_string() {
            of_own.extend(events);
            assert_eq!(cursor(&batch["cursor"]), app.head(bob.feed()).await);
        }
    }
    assert_eq!(seqs(&told), [message.seq]);
    assert_eq!(of_own[0]["chatId"], new.to_string());

    let variables = json!({ "chat": chat, "after": version_1(there) });
    let mut events = app.follow(&bob, CHAT_EVENTS, variables).await;
    assert_eq!(seqs(&events.events().await), [message.seq]);
    let at_least = format!(
        "{{ chat(id: \"{chat}\", atLeast: \"{}\") {{ feedCursor }} }}",
        version_1(message.position())
    );
    let answer = app.ask(Some(&bob), &at_least, json!({})).await.ok();
    assert_eq!(cursor(&answer["feedCursor"]), message.position());
    for (cursor, feed) in [(own, bob.id.to_string()), (there, chat.to_string())] {
        let document =
            "query($id: ID!, $after: Cursor!) { feed(id: $id, after: $after) { events { seq } } }";
        let variables = json!({ "id": feed, "after": version_1(cursor) });
        let page = app.ask(Some(&bob), document, variables).await.ok();
        assert_eq!(seqs(page["events"].as_array().unwrap()), [cursor.seq + 1]);
    }
    // Somebody else's own feed is not theirs, whatever the version.
    let variables = json!({ "chat": chat, "after": version_1(own) });
    app.follow(&bob, CHAT_EVENTS, variables)
        .await
        .fails("BAD_USER_INPUT")
        .await;
}

#[tokio::test]
async fn what_a_newer_build_publishes_arrives_as_far_as_it_is_understood() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let variables = json!({ "chat": chat });
    let mut events = app.follow(&bob, CHAT_EVENTS, variables).await;
    events.next().await;

    app.publisher.mute();
    let mut appended = app
        .append(ada.id, vec![(chat.into(), Change::ChatUpdated)])
        .await;
    let mut event = serde_json::to_value(appended.remove(0)).unwrap();
    event["brand_new"] = json!(true);
    let publication = json!({
        "v": 1,
        "events": [event],
        "signals": [
            { "signal": "NEVER_TO_BE_BUILT", "chat_id": chat },
            { "signal": "RECEIPT_CHANGED", "chat_id": chat, "user_id": ada.id, "delivered_number": 1, "read_number": 1, "mood": "good" },
        ],
        "brand_new": { "of": "the future" },
    });
    let before = app.metric("receiver_hints_unreadable_total").await;
    let channel = FeedRef::from(chat).channel();
    let bytes = serde_json::to_vec(&publication).unwrap();
    app.publisher.publish_bytes(&channel, &bytes).await;
    let (mut told, mut signals): (Vec<Value>, Vec<Value>) = (vec![], vec![]);
    while told.is_empty() || signals.is_empty() {
        let batch = events.next().await;
        told.extend(batch["events"].as_array().unwrap().clone());
        signals.extend(batch["signals"].as_array().unwrap().clone());
    }
    assert_eq!(kinds(&told), ["ChatUpdated"]);
    assert_eq!(signals.len(), 1, "{signals:?}");
    assert_eq!(signals[0]["__typename"], "ReceiptChanged");
    assert_eq!(app.metric("receiver_hints_unreadable_total").await, before);
}

#[tokio::test]
async fn an_envelope_of_a_newer_version_says_that_postgres_has_something_new() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let variables = json!({ "chat": chat });
    let mut events = app.follow(&bob, CHAT_EVENTS, variables).await;
    events.next().await;
    app.publisher.mute();
    let swept = app.metric("receiver_feeds_behind_total").await;
    let channel = FeedRef::from(chat).channel();
    for _ in 0..6 {
        let message = app
            .say(&ada, chat, "in a form that nobody here knows")
            .await;
        app.publisher
            .publish_bytes(&channel, b"{\"v\":2,\"changes\":\"in columns\"}")
            .await;
        assert_eq!(seqs(&events.events().await), [message.seq]);
    }
    // Without it, each of them would have been found by the sweep.
    let swept = app.metric("receiver_feeds_behind_total").await - swept;
    assert!(swept < 6.0, "{swept} were found by the sweep");
}
