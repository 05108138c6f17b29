//! `changeParticipantRole`.

use serde_json::json;
use shared_schema::{Change, ParticipantRole};

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn an_owner_changes_a_role_and_the_chat_is_told() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let input = json!({ "chatId": chat, "userId": bob.id, "role": "ADMIN" });
    let payload = app
        .call(&ada, "changeParticipantRole", input.clone())
        .await
        .ok();
    assert_eq!(payload["participant"]["role"], "ADMIN");
    let events = app.feed(&chat).await;
    assert_eq!(events[2].kind, "PARTICIPANT_ROLE_CHANGED");
    assert_eq!(
        events[2].data,
        Some(json!({ "user_id": bob.id, "role": "ADMIN" }))
    );
    assert_eq!(cursor(&payload["cursor"]).event.0, events[2].id);
    let publication = subscriber.event(&chat, 3).await;
    let Change::ParticipantRoleChanged { role, .. } = publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(role, ParticipantRole::Admin);

    let again = app.call(&ada, "changeParticipantRole", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(app.feed(&chat).await.len(), 3);
}

#[tokio::test]
async fn a_chat_keeps_at_least_one_owner() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let demote = json!({ "chatId": chat, "userId": ada.id, "role": "MEMBER" });
    let answer = app
        .call(&ada, "changeParticipantRole", demote.clone())
        .await;
    answer.assert_refused("CONFLICT", None);
    assert_eq!(answer.message(), "Make someone else an owner first.");
    app.promote(&ada, &chat, &bob, "OWNER").await;
    app.call(&ada, "changeParticipantRole", demote.clone())
        .await
        .ok();
    app.call(&ada, "changeParticipantRole", demote)
        .await
        .assert_refused("FORBIDDEN", None);
}

#[tokio::test]
async fn only_owners_change_roles_of_people_who_take_part_and_not_in_a_direct_chat() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let chat = app.group(&ada, &[&bob]).await;
    app.promote(&ada, &chat, &bob, "ADMIN").await;
    let input = |chat: &str, user: &str| json!({ "chatId": chat, "userId": user, "role": "OWNER" });
    app.call(&bob, "changeParticipantRole", input(&chat, &bob.id))
        .await
        .assert_refused("FORBIDDEN", None);
    app.call(&ada, "changeParticipantRole", input(&chat, &eve.id))
        .await
        .assert_refused("NOT_FOUND", "userId");
    let direct = app.chat("DIRECT", &ada, &[&bob]).await;
    app.call(&ada, "changeParticipantRole", input(&direct, &ada.id))
        .await
        .assert_refused("FORBIDDEN", None);
}
