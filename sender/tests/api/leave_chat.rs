//! `leaveChat`.

use serde_json::json;
use shared_schema::Change;

use crate::app::TestApp;

#[tokio::test]
async fn whoever_leaves_is_told_where_and_is_a_stranger_from_then_on() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let input = json!({ "chatId": chat });
    let payload = app.call(&bob, "leaveChat", input.clone()).await.ok();
    assert_eq!(payload["chatId"], chat.as_str());

    let events = app.feed(&chat).await;
    assert_eq!(events[2].kind, "PARTICIPANT_REMOVED");
    assert_eq!(events[2].data, Some(json!({ "user_id": bob.id })));
    let own = app.feed(&bob.id).await;
    assert_eq!(own[1].kind, "CHAT_LEFT");
    assert_eq!(own[1].data, Some(json!({ "chat_id": chat, "left_seq": 3 })));
    let publication = subscriber.event(&chat, 3).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ParticipantRemoved { .. }
    ));
    let sql = "SELECT participant_count::bigint FROM chats WHERE id = $1";
    assert_eq!(app.number(sql, &chat).await, 1);
    app.call(&bob, "leaveChat", input)
        .await
        .assert_refused("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn the_last_owner_stays_while_others_take_part() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let input = json!({ "chatId": chat });
    let answer = app.call(&ada, "leaveChat", input.clone()).await;
    answer.assert_refused("CONFLICT", None);
    assert_eq!(answer.message(), "Make someone else an owner first.");

    app.promote(&ada, &chat, &bob, "OWNER").await;
    app.call(&ada, "leaveChat", input).await.ok();
}

#[tokio::test]
async fn when_the_last_one_leaves_the_chat_is_removed() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.chat("PUBLIC", &ada, &[]).await;
    let input = json!({ "chatId": chat });
    app.call(&ada, "leaveChat", input.clone()).await.ok();
    assert_eq!(app.kinds(&chat).await[2..], ["CHAT_REMOVED"]);
    assert_eq!(app.kinds(&ada.id).await, ["CHAT_ADDED", "CHAT_LEFT"]);
    app.call(&ada, "joinChat", input)
        .await
        .assert_refused("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn a_direct_chat_cannot_be_left() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("DIRECT", &ada, &[&bob]).await;
    app.call(&ada, "leaveChat", json!({ "chatId": chat }))
        .await
        .assert_refused("FORBIDDEN", None);
}
