//! `changeParticipantRole`.

use serde_json::json;
use shared_schema::{Change, ParticipantRole};

use crate::stage::{Stage, cursor};

#[tokio::test]
async fn an_owner_changes_a_role_and_the_chat_is_told() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let mut ears = stage.listen(&[&chat]).await;
    let input = json!({ "chatId": chat, "userId": bob.id, "role": "ADMIN" });
    let payload = stage
        .call(&ada, "changeParticipantRole", input.clone())
        .await
        .ok();
    assert_eq!(payload["participant"]["role"], "ADMIN");
    let events = stage.feed(&chat).await;
    assert_eq!(events[2].kind, "PARTICIPANT_ROLE_CHANGED");
    assert_eq!(
        events[2].data,
        Some(json!({ "user_id": bob.id, "role": "ADMIN" }))
    );
    assert_eq!(cursor(&payload["cursor"]).event.0, events[2].id);
    let publication = ears.hear_event(&chat, 3).await;
    let Change::ParticipantRoleChanged { role, .. } = publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(role, ParticipantRole::Admin);

    let again = stage.call(&ada, "changeParticipantRole", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(stage.feed(&chat).await.len(), 3);
}

#[tokio::test]
async fn a_chat_keeps_at_least_one_owner() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let demote = json!({ "chatId": chat, "userId": ada.id, "role": "MEMBER" });
    let answer = stage
        .call(&ada, "changeParticipantRole", demote.clone())
        .await;
    answer.is("CONFLICT", None);
    assert_eq!(answer.message(), "Make someone else an owner first.");
    stage.promote(&ada, &chat, &bob, "OWNER").await;
    stage
        .call(&ada, "changeParticipantRole", demote.clone())
        .await
        .ok();
    stage
        .call(&ada, "changeParticipantRole", demote)
        .await
        .is("FORBIDDEN", None);
}

#[tokio::test]
async fn only_owners_change_roles_of_people_who_take_part_and_not_in_a_direct_chat() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let chat = stage.group(&ada, &[&bob]).await;
    stage.promote(&ada, &chat, &bob, "ADMIN").await;
    let input = |chat: &str, user: &str| json!({ "chatId": chat, "userId": user, "role": "OWNER" });
    stage
        .call(&bob, "changeParticipantRole", input(&chat, &bob.id))
        .await
        .is("FORBIDDEN", None);
    stage
        .call(&ada, "changeParticipantRole", input(&chat, &eve.id))
        .await
        .is("NOT_FOUND", "userId");
    let direct = stage.chat("DIRECT", &ada, &[&bob]).await;
    stage
        .call(&ada, "changeParticipantRole", input(&direct, &ada.id))
        .await
        .is("FORBIDDEN", None);
}
