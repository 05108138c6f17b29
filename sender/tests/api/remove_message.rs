//! `removeMessage`.

use serde_json::{Value, json};
use shared_schema::{Change, MessageId};
use uuid::Uuid;

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn a_removed_message_keeps_its_place_and_loses_its_content_everywhere() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "a secret").await;
    let mut subscriber = app.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "id": message["id"] });
    let payload = app.call(&ada, "removeMessage", input.clone()).await.ok();
    let removed = &payload["message"];
    assert_eq!(removed["content"], Value::Null);
    assert!(removed["removedAt"].is_string());
    assert_eq!(removed["revision"], 2);
    assert_eq!(removed["number"], message["number"]);
    assert_eq!(removed["seq"], message["seq"]);

    let publication = subscriber.event(&chat, 4).await;
    let Change::MessageRemoved(heard) = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(heard.content, None);
    let id: Uuid = chat.parse().unwrap();
    let sql = "SELECT string_agg(m::text, '') || (SELECT string_agg(e::text, '') FROM feed_events e WHERE feed_id = $1)
               FROM messages m WHERE chat_id = $1";
    let stored: String = app.owner.query_one(sql, &[&id]).await.unwrap().get(0);
    assert!(!stored.contains("secret"), "{stored}");

    // Again: nothing happens.
    app.say(&ada, &chat, "newer").await;
    let again = app.call(&ada, "removeMessage", input).await.ok();
    assert_eq!(again["message"], *removed);
    assert_eq!(cursor(&again["cursor"]).seq, 5, "the head of the feed");
    assert_eq!(
        app.kinds(&chat).await[3..],
        ["MESSAGE_REMOVED", "MESSAGE_ADDED"]
    );
}

#[tokio::test]
async fn admins_remove_anyones_messages_but_not_in_a_direct_chat() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let group = app.group(&ada, &[&bob, &eve]).await;
    app.promote(&ada, &group, &bob, "ADMIN").await;
    let said = app.say(&ada, &group, "by the owner").await["id"].clone();
    let remove = |chat: &str, id: &Value| json!({ "chatId": chat, "id": id });
    app.call(&eve, "removeMessage", remove(&group, &said))
        .await
        .assert_refused("FORBIDDEN", None);
    app.call(&bob, "removeMessage", remove(&group, &said))
        .await
        .ok();
    let unknown = json!(MessageId::new().to_string());
    app.call(&bob, "removeMessage", remove(&group, &unknown))
        .await
        .assert_refused("NOT_FOUND", "id");

    let direct = app.chat("DIRECT", &ada, &[&bob]).await;
    let said = app.say(&ada, &direct, "between us").await["id"].clone();
    app.call(&bob, "removeMessage", remove(&direct, &said))
        .await
        .assert_refused("FORBIDDEN", None);
    app.call(&ada, "removeMessage", remove(&direct, &said))
        .await
        .ok();
}
