//! `updateMessage`.

use serde_json::json;
use shared_schema::{Change, MessageId};

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn an_edit_changes_the_text_and_counts_a_revision() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&bob, &chat, "teh").await;
    let mut subscriber = app.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "id": message["id"], "content": " the " });
    let payload = app.call(&bob, "updateMessage", input).await.ok();
    let edited = &payload["message"];
    assert_eq!(edited["content"], "the");
    assert_eq!(edited["revision"], 2);
    assert!(edited["editedAt"].is_string());
    for kept in [
        "id",
        "number",
        "seq",
        "createdAt",
        "senderUsername",
        "cursor",
    ] {
        assert_eq!(edited[kept], message[kept], "{kept}");
    }
    let events = app.feed(&chat).await;
    assert_eq!(events.last().unwrap().kind, "MESSAGE_UPDATED");
    assert_eq!(
        events.last().unwrap().message.unwrap().to_string(),
        message["id"]
    );
    assert_eq!(events.last().unwrap().data, None);
    assert_eq!(
        cursor(&payload["cursor"]).event.0,
        events.last().unwrap().id
    );

    let publication = subscriber.event(&chat, 4).await;
    let Change::MessageUpdated(heard) = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(heard.content.as_deref(), Some("the"));
}

#[tokio::test]
async fn an_edit_to_the_same_text_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "same").await;
    app.say(&ada, &chat, "newer").await;
    let input = json!({ "chatId": chat, "id": message["id"], "content": " same " });
    let payload = app.call(&ada, "updateMessage", input).await.ok();
    assert_eq!(payload["message"], message);
    assert_eq!(cursor(&payload["cursor"]).seq, 4, "the head of the feed");
    assert_eq!(app.feed(&chat).await.len(), 4);
}

#[tokio::test]
async fn only_the_author_edits_and_only_what_is_there() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&bob, &chat, "mine").await["id"].clone();
    let edit = |id: serde_json::Value, content: &str| json!({ "chatId": chat, "id": id, "content": content });

    app.call(&ada, "updateMessage", edit(message.clone(), "ours"))
        .await
        .assert_refused("FORBIDDEN", None);
    app.call(&bob, "updateMessage", edit(message.clone(), " "))
        .await
        .assert_refused("BAD_USER_INPUT", "content");
    let unknown = json!(MessageId::new().to_string());
    app.call(&bob, "updateMessage", edit(unknown, "x"))
        .await
        .assert_refused("NOT_FOUND", "id");

    app.call(
        &bob,
        "removeMessage",
        json!({ "chatId": chat, "id": message }),
    )
    .await
    .ok();
    app.call(&bob, "updateMessage", edit(message, "back"))
        .await
        .assert_refused("CONFLICT", "id");
    assert_eq!(app.feed(&chat).await.len(), 4);
}
