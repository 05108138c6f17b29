//! `addParticipant`.

use serde_json::json;
use shared_schema::{Change, UserId};

use crate::stage::{Stage, cursor};

/// Defect 12: someone was added and nobody was told, not even they.
#[tokio::test]
async fn a_newcomer_and_the_chat_are_both_told() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[]).await;
    stage.say(&ada, &chat, "before").await;
    let mut ears = stage.listen(&[&chat, &bob.id]).await;

    let input = json!({ "chatId": chat, "userId": bob.id });
    let payload = stage.call(&ada, "addParticipant", input.clone()).await.ok();
    assert_eq!(payload["participant"]["userId"], bob.id.as_str());
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(
        payload["participant"]["lastReadNumber"], 1,
        "nothing to catch up on"
    );
    let events = stage.feed(&chat).await;
    assert_eq!(events[3].kind, "PARTICIPANTS_ADDED");
    assert_eq!(cursor(&payload["cursor"]).event.0, events[3].id);
    let own = stage.feed(&bob.id).await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].kind, "CHAT_ADDED");
    assert_eq!(own[0].data.as_ref().unwrap()["joined_seq"], 4);

    let publication = ears.hear_event(&chat, 4).await;
    let Change::ParticipantsAdded { participants } = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(participants[0].user_id.to_string(), bob.id);
    assert_eq!(participants[0].last_read_number, 1);
    ears.hear_event(&bob.id, 1).await;

    let again = stage.call(&ada, "addParticipant", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(stage.feed(&chat).await.len(), 4);
    assert_eq!(stage.feed(&bob.id).await.len(), 1);
}

/// Defect 5: anyone could add anyone.
#[tokio::test]
async fn owners_add_anyone_in_any_role_and_admins_add_members() {
    let stage = Stage::new().await;
    let people = stage.people(6).await;
    let [owner, admin, member, one, two, three] = &people[..] else {
        panic!("six people");
    };
    let chat = stage.group(owner, &[admin, member]).await;
    stage.promote(owner, &chat, admin, "ADMIN").await;
    let add = |user: &str, role: &str| json!({ "chatId": chat, "userId": user, "role": role });

    stage
        .call(member, "addParticipant", add(&one.id, "MEMBER"))
        .await
        .is("FORBIDDEN", None);
    for role in ["ADMIN", "OWNER"] {
        stage
            .call(admin, "addParticipant", add(&one.id, role))
            .await
            .is("FORBIDDEN", None);
    }
    stage
        .call(admin, "addParticipant", add(&one.id, "MEMBER"))
        .await
        .ok();
    for (person, role) in [(two, "ADMIN"), (three, "OWNER")] {
        let payload = stage
            .call(owner, "addParticipant", add(&person.id, role))
            .await
            .ok();
        assert_eq!(payload["participant"]["role"], role);
    }
    // Whoever takes part keeps the role that they have.
    let payload = stage
        .call(owner, "addParticipant", add(&one.id, "OWNER"))
        .await
        .ok();
    assert_eq!(payload["participant"]["role"], "MEMBER");
}

#[tokio::test]
async fn an_unknown_user_and_a_direct_chat_are_refused() {
    let stage = Stage::new().await;
    let (ada, bob, gone) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("gone").await,
    );
    stage.deactivate(&gone).await;
    let chat = stage.group(&ada, &[]).await;
    for id in [UserId::new().to_string(), gone.id.clone()] {
        let input = json!({ "chatId": chat, "userId": id });
        stage
            .call(&ada, "addParticipant", input)
            .await
            .is("NOT_FOUND", "userId");
    }
    let direct = stage.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": direct, "userId": gone.id });
    stage
        .call(&ada, "addParticipant", input)
        .await
        .is("FORBIDDEN", None);
}
