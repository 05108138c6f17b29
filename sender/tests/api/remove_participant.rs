//! `removeParticipant`.

use serde_json::json;
use shared_schema::{Change, UserId};

use crate::app::{TestApp, cursor};

/// Defect 12: someone was removed and nobody was told, not even they.
#[tokio::test]
async fn whoever_is_removed_is_told_where_and_cannot_act_any_more() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut subscriber = app.listen(&[&chat, &bob.id]).await;
    let input = json!({ "chatId": chat, "userId": bob.id });
    let payload = app
        .call(&ada, "removeParticipant", input.clone())
        .await
        .ok();
    assert_eq!(payload["userId"], bob.id.as_str());
    assert_eq!(cursor(&payload["cursor"]).seq, 3);

    assert_eq!(app.kinds(&chat).await[2], "PARTICIPANT_REMOVED");
    let own = app.feed(&bob.id).await;
    assert_eq!(own[1].kind, "CHAT_LEFT");
    assert_eq!(own[1].data, Some(json!({ "chat_id": chat, "left_seq": 3 })));
    assert_eq!(own[1].actor.unwrap().to_string(), ada.id);
    let publication = subscriber.event(&chat, 3).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ParticipantRemoved { .. }
    ));
    subscriber.event(&bob.id, 2).await;

    let message = json!({ "chatId": chat, "content": "let me in" });
    app.call(&bob, "createMessage", message)
        .await
        .assert_refused("NOT_FOUND", "chatId");
    app.call(&ada, "removeParticipant", input)
        .await
        .assert_refused("NOT_FOUND", "userId");
    assert_eq!(app.feed(&chat).await.len(), 3);
}

/// Defect 5: anyone could remove anyone.
#[tokio::test]
async fn admins_remove_members_and_owners_remove_anyone() {
    let app = TestApp::new().await;
    let people = app.people(5).await;
    let [owner, second, admin, other, member] = &people[..] else {
        panic!("five people");
    };
    let chat = app.group(owner, &[second, admin, other, member]).await;
    app.promote(owner, &chat, second, "OWNER").await;
    app.promote(owner, &chat, admin, "ADMIN").await;
    app.promote(owner, &chat, other, "ADMIN").await;
    let remove = |user: &str| json!({ "chatId": chat, "userId": user });

    app.call(member, "removeParticipant", remove(&admin.id))
        .await
        .assert_refused("FORBIDDEN", None);
    for above in [other, owner] {
        app.call(admin, "removeParticipant", remove(&above.id))
            .await
            .assert_refused("FORBIDDEN", None);
    }
    app.call(admin, "removeParticipant", remove(&member.id))
        .await
        .ok();
    for person in [other, second] {
        app.call(owner, "removeParticipant", remove(&person.id))
            .await
            .ok();
    }
    app.call(owner, "removeParticipant", remove(&owner.id))
        .await
        .assert_refused("BAD_USER_INPUT", "userId");
    let unknown = UserId::new().to_string();
    app.call(owner, "removeParticipant", remove(&unknown))
        .await
        .assert_refused("NOT_FOUND", "userId");
}

#[tokio::test]
async fn nobody_is_removed_from_a_direct_chat() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": chat, "userId": bob.id });
    app.call(&ada, "removeParticipant", input)
        .await
        .assert_refused("FORBIDDEN", None);
}
