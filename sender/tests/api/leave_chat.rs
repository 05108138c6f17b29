//! `leaveChat`.

use serde_json::json;
use shared_schema::Change;

use crate::stage::Stage;

#[tokio::test]
async fn whoever_leaves_is_told_where_and_is_a_stranger_from_then_on() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let mut ears = stage.listen(&[&chat]).await;
    let input = json!({ "chatId": chat });
    let payload = stage.call(&bob, "leaveChat", input.clone()).await.ok();
    assert_eq!(payload["chatId"], chat.as_str());

    let events = stage.feed(&chat).await;
    assert_eq!(events[2].kind, "PARTICIPANT_REMOVED");
    assert_eq!(events[2].data, Some(json!({ "user_id": bob.id })));
    let own = stage.feed(&bob.id).await;
    assert_eq!(own[1].kind, "CHAT_LEFT");
    assert_eq!(own[1].data, Some(json!({ "chat_id": chat, "left_seq": 3 })));
    let publication = ears.hear_event(&chat, 3).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ParticipantRemoved { .. }
    ));
    let sql = "SELECT participant_count::bigint FROM chats WHERE id = $1";
    assert_eq!(stage.number(sql, &chat).await, 1);
    stage
        .call(&bob, "leaveChat", input)
        .await
        .is("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn the_last_owner_stays_while_others_take_part() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let input = json!({ "chatId": chat });
    let answer = stage.call(&ada, "leaveChat", input.clone()).await;
    answer.is("CONFLICT", None);
    assert_eq!(answer.message(), "Make someone else an owner first.");

    stage.promote(&ada, &chat, &bob, "OWNER").await;
    stage.call(&ada, "leaveChat", input).await.ok();
}

#[tokio::test]
async fn when_the_last_one_leaves_the_chat_is_removed() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.chat("PUBLIC", &ada, &[]).await;
    let input = json!({ "chatId": chat });
    stage.call(&ada, "leaveChat", input.clone()).await.ok();
    assert_eq!(stage.kinds(&chat).await[2..], ["CHAT_REMOVED"]);
    assert_eq!(stage.kinds(&ada.id).await, ["CHAT_ADDED", "CHAT_LEFT"]);
    stage
        .call(&ada, "joinChat", input)
        .await
        .is("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn a_direct_chat_cannot_be_left() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.chat("DIRECT", &ada, &[&bob]).await;
    stage
        .call(&ada, "leaveChat", json!({ "chatId": chat }))
        .await
        .is("FORBIDDEN", None);
}
