//! `removeMessage`.

use serde_json::{Value, json};
use shared_schema::{Change, MessageId};
use uuid::Uuid;

use crate::stage::{Stage, cursor};

#[tokio::test]
async fn a_removed_message_keeps_its_place_and_loses_its_content_everywhere() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let message = stage.say(&ada, &chat, "a secret").await;
    let mut ears = stage.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "id": message["id"] });
    let payload = stage.call(&ada, "removeMessage", input.clone()).await.ok();
    let removed = &payload["message"];
    assert_eq!(removed["content"], Value::Null);
    assert!(removed["removedAt"].is_string());
    assert_eq!(removed["revision"], 2);
    assert_eq!(removed["number"], message["number"]);
    assert_eq!(removed["seq"], message["seq"]);

    let publication = ears.hear_event(&chat, 4).await;
    let Change::MessageRemoved(heard) = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(heard.content, None);
    let id: Uuid = chat.parse().unwrap();
    let sql = "SELECT string_agg(m::text, '') || (SELECT string_agg(e::text, '') FROM feed_events e WHERE feed_id = $1)
               FROM messages m WHERE chat_id = $1";
    let stored: String = stage.owner.query_one(sql, &[&id]).await.unwrap().get(0);
    assert!(!stored.contains("secret"), "{stored}");

    // Again: nothing happens.
    stage.say(&ada, &chat, "newer").await;
    let again = stage.call(&ada, "removeMessage", input).await.ok();
    assert_eq!(again["message"], *removed);
    assert_eq!(cursor(&again["cursor"]).seq, 5, "the head of the feed");
    assert_eq!(
        stage.kinds(&chat).await[3..],
        ["MESSAGE_REMOVED", "MESSAGE_ADDED"]
    );
}

#[tokio::test]
async fn admins_remove_anyones_messages_but_not_in_a_direct_chat() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let group = stage.group(&ada, &[&bob, &eve]).await;
    stage.promote(&ada, &group, &bob, "ADMIN").await;
    let said = stage.say(&ada, &group, "by the owner").await["id"].clone();
    let remove = |chat: &str, id: &Value| json!({ "chatId": chat, "id": id });
    stage
        .call(&eve, "removeMessage", remove(&group, &said))
        .await
        .is("FORBIDDEN", None);
    stage
        .call(&bob, "removeMessage", remove(&group, &said))
        .await
        .ok();
    let unknown = json!(MessageId::new().to_string());
    stage
        .call(&bob, "removeMessage", remove(&group, &unknown))
        .await
        .is("NOT_FOUND", "id");

    let direct = stage.chat("DIRECT", &ada, &[&bob]).await;
    let said = stage.say(&ada, &direct, "between us").await["id"].clone();
    stage
        .call(&bob, "removeMessage", remove(&direct, &said))
        .await
        .is("FORBIDDEN", None);
    stage
        .call(&ada, "removeMessage", remove(&direct, &said))
        .await
        .ok();
}
