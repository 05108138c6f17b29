//! `updateMessage`.

use serde_json::json;
use shared_schema::{Change, MessageId};

use crate::stage::{Stage, cursor};

#[tokio::test]
async fn an_edit_changes_the_text_and_counts_a_revision() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let message = stage.say(&bob, &chat, "teh").await;
    let mut ears = stage.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "id": message["id"], "content": " the " });
    let payload = stage.call(&bob, "updateMessage", input).await.ok();
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
    let events = stage.feed(&chat).await;
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

    let publication = ears.hear_event(&chat, 4).await;
    let Change::MessageUpdated(heard) = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(heard.content.as_deref(), Some("the"));
}

#[tokio::test]
async fn an_edit_to_the_same_text_changes_nothing() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let message = stage.say(&ada, &chat, "same").await;
    stage.say(&ada, &chat, "newer").await;
    let input = json!({ "chatId": chat, "id": message["id"], "content": " same " });
    let payload = stage.call(&ada, "updateMessage", input).await.ok();
    assert_eq!(payload["message"], message);
    assert_eq!(cursor(&payload["cursor"]).seq, 4, "the head of the feed");
    assert_eq!(stage.feed(&chat).await.len(), 4);
}

#[tokio::test]
async fn only_the_author_edits_and_only_what_is_there() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let message = stage.say(&bob, &chat, "mine").await["id"].clone();
    let edit = |id: serde_json::Value, content: &str| json!({ "chatId": chat, "id": id, "content": content });

    stage
        .call(&ada, "updateMessage", edit(message.clone(), "ours"))
        .await
        .is("FORBIDDEN", None);
    stage
        .call(&bob, "updateMessage", edit(message.clone(), " "))
        .await
        .is("BAD_USER_INPUT", "content");
    let unknown = json!(MessageId::new().to_string());
    stage
        .call(&bob, "updateMessage", edit(unknown, "x"))
        .await
        .is("NOT_FOUND", "id");

    stage
        .call(
            &bob,
            "removeMessage",
            json!({ "chatId": chat, "id": message }),
        )
        .await
        .ok();
    stage
        .call(&bob, "updateMessage", edit(message, "back"))
        .await
        .is("CONFLICT", "id");
    assert_eq!(stage.feed(&chat).await.len(), 4);
}
