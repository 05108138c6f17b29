//! `removeParticipant`.

use serde_json::json;
use shared_schema::{Change, UserId};

use crate::stage::{Stage, cursor};

/// Defect 12: someone was removed and nobody was told, not even they.
#[tokio::test]
async fn whoever_is_removed_is_told_where_and_cannot_act_any_more() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let mut ears = stage.listen(&[&chat, &bob.id]).await;
    let input = json!({ "chatId": chat, "userId": bob.id });
    let payload = stage
        .call(&ada, "removeParticipant", input.clone())
        .await
        .ok();
    assert_eq!(payload["userId"], bob.id.as_str());
    assert_eq!(cursor(&payload["cursor"]).seq, 3);

    assert_eq!(stage.kinds(&chat).await[2], "PARTICIPANT_REMOVED");
    let own = stage.feed(&bob.id).await;
    assert_eq!(own[1].kind, "CHAT_LEFT");
    assert_eq!(own[1].data, Some(json!({ "chat_id": chat, "left_seq": 3 })));
    assert_eq!(own[1].actor.unwrap().to_string(), ada.id);
    let publication = ears.hear_event(&chat, 3).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ParticipantRemoved { .. }
    ));
    ears.hear_event(&bob.id, 2).await;

    let message = json!({ "chatId": chat, "content": "let me in" });
    stage
        .call(&bob, "createMessage", message)
        .await
        .is("NOT_FOUND", "chatId");
    stage
        .call(&ada, "removeParticipant", input)
        .await
        .is("NOT_FOUND", "userId");
    assert_eq!(stage.feed(&chat).await.len(), 3);
}

/// Defect 5: anyone could remove anyone.
#[tokio::test]
async fn admins_remove_members_and_owners_remove_anyone() {
    let stage = Stage::new().await;
    let people = stage.people(5).await;
    let [owner, second, admin, other, member] = &people[..] else {
        panic!("five people");
    };
    let chat = stage.group(owner, &[second, admin, other, member]).await;
    stage.promote(owner, &chat, second, "OWNER").await;
    stage.promote(owner, &chat, admin, "ADMIN").await;
    stage.promote(owner, &chat, other, "ADMIN").await;
    let remove = |user: &str| json!({ "chatId": chat, "userId": user });

    stage
        .call(member, "removeParticipant", remove(&admin.id))
        .await
        .is("FORBIDDEN", None);
    for above in [other, owner] {
        stage
            .call(admin, "removeParticipant", remove(&above.id))
            .await
            .is("FORBIDDEN", None);
    }
    stage
        .call(admin, "removeParticipant", remove(&member.id))
        .await
        .ok();
    for person in [other, second] {
        stage
            .call(owner, "removeParticipant", remove(&person.id))
            .await
            .ok();
    }
    stage
        .call(owner, "removeParticipant", remove(&owner.id))
        .await
        .is("BAD_USER_INPUT", "userId");
    let unknown = UserId::new().to_string();
    stage
        .call(owner, "removeParticipant", remove(&unknown))
        .await
        .is("NOT_FOUND", "userId");
}

#[tokio::test]
async fn nobody_is_removed_from_a_direct_chat() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": chat, "userId": bob.id });
    stage
        .call(&ada, "removeParticipant", input)
        .await
        .is("FORBIDDEN", None);
}
