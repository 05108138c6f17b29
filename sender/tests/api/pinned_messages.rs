//! `pinMessage` and `unpinMessage`.

use serde_json::{Value, json};

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn a_message_is_pinned_and_unpinned_once_each() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&bob, &chat, "remember this").await["id"].clone();
    let input = json!({ "chatId": chat, "id": message });

    let payload = app.call(&ada, "pinMessage", input.clone()).await.ok();
    assert_eq!(payload["message"]["id"], message);
    let events = app.feed(&chat).await;
    let event = events.last().unwrap();
    assert_eq!(event.kind, "MESSAGE_PINNED");
    assert_eq!(cursor(&payload["cursor"]).event.0, event.id);
    assert!(event.data.is_none(), "no text in the feed");
    let again = app.call(&ada, "pinMessage", input.clone()).await.ok();
    assert_eq!(again["cursor"], payload["cursor"], "changes nothing");
    let rows = app
        .owner
        .query("SELECT pinned_by::text, number FROM pinned_messages", &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].get::<_, String>("pinned_by"), ada.id);
    assert_eq!(rows[0].get::<_, i64>("number"), 1);

    let payload = app.call(&ada, "unpinMessage", input.clone()).await.ok();
    let again = app.call(&ada, "unpinMessage", input).await.ok();
    assert_eq!(again["cursor"], payload["cursor"], "changes nothing");
    let kinds = app.kinds(&chat).await;
    assert_eq!(
        kinds[kinds.len() - 2..],
        ["MESSAGE_PINNED", "MESSAGE_UNPINNED"]
    );
    assert_eq!(app.count("SELECT count(*) FROM pinned_messages").await, 0);
}

#[tokio::test]
async fn a_removed_message_loses_its_pin_and_gets_none() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "a mistake").await["id"].clone();
    let input = json!({ "chatId": chat, "id": message });
    app.call(&ada, "pinMessage", input.clone()).await.ok();
    app.call(&ada, "removeMessage", input.clone()).await.ok();
    assert_eq!(app.count("SELECT count(*) FROM pinned_messages").await, 0);
    assert_eq!(app.kinds(&chat).await.last().unwrap(), "MESSAGE_REMOVED");

    let refused = app.call(&ada, "pinMessage", input).await;
    refused.assert_refused("CONFLICT", "id");
}

#[tokio::test]
async fn a_chat_has_fifty_pinned_messages_at_the_most_also_when_many_pin_at_once() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut inputs: Vec<Value> = vec![];
    for number in 1..=52 {
        let message = app.say(&ada, &chat, &number.to_string()).await["id"].clone();
        inputs.push(json!({ "chatId": chat, "id": message }));
    }
    let pins = inputs
        .iter()
        .map(|input| app.insist(0, &ada, "pinMessage", input.clone()));
    let answers = futures_util::future::join_all(pins).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.is_refused())
        .collect();
    assert_eq!(refused.len(), 2);
    for answer in refused {
        answer.assert_refused("CONFLICT", "id");
        assert_eq!(answer.reason(), Some("TOO_MANY_PINNED_MESSAGES"));
    }
    assert_eq!(app.count("SELECT count(*) FROM pinned_messages").await, 50);

    // Repeating is safe when the chat is full, and room is made by unpinning.
    let pinned = app
        .owner
        .query_one("SELECT message_id::text FROM pinned_messages LIMIT 1", &[])
        .await
        .unwrap();
    let full = json!({ "chatId": chat, "id": pinned.get::<_, String>(0) });
    app.call(&ada, "pinMessage", full.clone()).await.ok();
    app.call(&ada, "unpinMessage", full.clone()).await.ok();
    app.call(&ada, "pinMessage", full).await.ok();
}
