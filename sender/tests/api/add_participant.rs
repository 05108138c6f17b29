//! `addParticipant`.

use serde_json::json;
use shared_schema::{Change, UserId};

use crate::app::{TestApp, cursor};

/// Defect 12: someone was added and nobody was told, not even they.
#[tokio::test]
async fn a_newcomer_and_the_chat_are_both_told() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[]).await;
    app.say(&ada, &chat, "before").await;
    let mut subscriber = app.listen(&[&chat, &bob.id]).await;

    let input = json!({ "chatId": chat, "userId": bob.id });
    let payload = app.call(&ada, "addParticipant", input.clone()).await.ok();
    assert_eq!(payload["participant"]["userId"], bob.id.as_str());
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(
        payload["participant"]["lastReadNumber"], 1,
        "nothing to catch up on"
    );
    let events = app.feed(&chat).await;
    assert_eq!(events[3].kind, "PARTICIPANTS_ADDED");
    assert_eq!(cursor(&payload["cursor"]).event.0, events[3].id);
    let own = app.feed(&bob.id).await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].kind, "CHAT_ADDED");
    assert_eq!(own[0].data.as_ref().unwrap()["joined_seq"], 4);

    let publication = subscriber.event(&chat, 4).await;
    let Change::ParticipantsAdded { participants } = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(participants[0].user_id.to_string(), bob.id);
    assert_eq!(participants[0].last_read_number, 1);
    subscriber.event(&bob.id, 1).await;

    let again = app.call(&ada, "addParticipant", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(app.feed(&chat).await.len(), 4);
    assert_eq!(app.feed(&bob.id).await.len(), 1);
}

/// Defect 5: anyone could add anyone.
#[tokio::test]
async fn owners_add_anyone_in_any_role_and_admins_add_members() {
    let app = TestApp::new().await;
    let people = app.people(6).await;
    let [owner, admin, member, one, two, three] = &people[..] else {
        panic!("six people");
    };
    let chat = app.group(owner, &[admin, member]).await;
    app.promote(owner, &chat, admin, "ADMIN").await;
    let add = |user: &str, role: &str| json!({ "chatId": chat, "userId": user, "role": role });

    app.call(member, "addParticipant", add(&one.id, "MEMBER"))
        .await
        .assert_refused("FORBIDDEN", None);
    for role in ["ADMIN", "OWNER"] {
        app.call(admin, "addParticipant", add(&one.id, role))
            .await
            .assert_refused("FORBIDDEN", None);
    }
    app.call(admin, "addParticipant", add(&one.id, "MEMBER"))
        .await
        .ok();
    for (person, role) in [(two, "ADMIN"), (three, "OWNER")] {
        let payload = app
            .call(owner, "addParticipant", add(&person.id, role))
            .await
            .ok();
        assert_eq!(payload["participant"]["role"], role);
    }
    // Whoever takes part keeps the role that they have.
    let payload = app
        .call(owner, "addParticipant", add(&one.id, "OWNER"))
        .await
        .ok();
    assert_eq!(payload["participant"]["role"], "MEMBER");
}

#[tokio::test]
async fn an_unknown_user_and_a_direct_chat_are_refused() {
    let app = TestApp::new().await;
    let (ada, bob, gone) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("gone").await,
    );
    app.deactivate(&gone).await;
    let chat = app.group(&ada, &[]).await;
    for id in [UserId::new().to_string(), gone.id.clone()] {
        let input = json!({ "chatId": chat, "userId": id });
        app.call(&ada, "addParticipant", input)
            .await
            .assert_refused("NOT_FOUND", "userId");
    }
    let direct = app.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": direct, "userId": gone.id });
    app.call(&ada, "addParticipant", input)
        .await
        .assert_refused("FORBIDDEN", None);
}
