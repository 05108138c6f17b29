//! `joinChat`.

use serde_json::json;

use crate::stage::{Stage, cursor};

#[tokio::test]
async fn anyone_joins_a_public_chat_once() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.chat("PUBLIC", &ada, &[]).await;
    stage.say(&ada, &chat, "welcome").await;
    let message = json!({ "chatId": chat, "content": "hello" });
    let answer = stage.call(&bob, "createMessage", message.clone()).await;
    answer.is("FORBIDDEN", None);
    assert_eq!(answer.message(), "Join the chat first.");

    let input = json!({ "chatId": chat });
    let payload = stage.call(&bob, "joinChat", input.clone()).await.ok();
    assert_eq!(payload["chat"]["participantCount"], 2);
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(
        payload["participant"]["lastReadNumber"], 1,
        "nothing to catch up on"
    );
    assert_eq!(cursor(&payload["cursor"]).seq, 4);
    assert_eq!(stage.kinds(&bob.id).await, ["CHAT_ADDED"]);

    let again = stage.call(&bob, "joinChat", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(stage.feed(&chat).await.len(), 4);
    stage.call(&bob, "createMessage", message).await.ok();
}

#[tokio::test]
async fn coming_back_takes_the_old_place_with_a_fresh_start() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.chat("PUBLIC", &ada, &[&bob]).await;
    stage.promote(&ada, &chat, &bob, "ADMIN").await;
    let input = json!({ "chatId": chat });
    stage.call(&bob, "leaveChat", input.clone()).await.ok();
    stage.say(&ada, &chat, "meanwhile").await;
    let payload = stage.call(&bob, "joinChat", input).await.ok();
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(payload["participant"]["lastReadNumber"], 1);
    let sql = "SELECT count(*) FROM participants WHERE chat_id = $1";
    assert_eq!(stage.number(sql, &chat).await, 2, "one row per person");
    let sql = "SELECT joined_seq FROM participants WHERE chat_id = $1 AND left_seq IS NULL AND role = 'MEMBER'";
    assert_eq!(stage.number(sql, &chat).await, 6);
    assert_eq!(
        stage.kinds(&bob.id).await,
        ["CHAT_ADDED", "CHAT_LEFT", "CHAT_ADDED"]
    );
}

#[tokio::test]
async fn a_group_cannot_be_joined() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[]).await;
    let input = json!({ "chatId": chat });
    stage
        .call(&bob, "joinChat", input.clone())
        .await
        .is("NOT_FOUND", "chatId");
    stage
        .call(&ada, "joinChat", input)
        .await
        .is("FORBIDDEN", None);
    assert_eq!(stage.feed(&chat).await.len(), 2);
}
