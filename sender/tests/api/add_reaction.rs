//! `addReaction`.

use serde_json::{Value, json};
use shared_schema::{Change, MessageId};

use crate::app::{Person, TestApp, cursor};

/// Two people in a group, and a message.
async fn group(app: &TestApp) -> (Person, Person, String, Value) {
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, &chat, "hello").await["id"].clone();
    (ada, bob, chat, message)
}

fn input(chat: &str, message: &Value, emoji: &str) -> Value {
    json!({ "chatId": chat, "messageId": message, "emoji": emoji })
}

#[tokio::test]
async fn a_reaction_is_counted_and_told_with_the_whole_group() {
    let app = TestApp::new().await;
    let (ada, bob, chat, message) = group(&app).await;
    app.call(&ada, "addReaction", input(&chat, &message, "🎉"))
        .await
        .ok();
    let mut subscriber = app.listen(&[&chat]).await;

    let payload = app
        .call(&bob, "addReaction", input(&chat, &message, "🎉"))
        .await
        .ok();
    let group = &payload["reactionGroup"];
    assert_eq!(group["emoji"], "🎉");
    assert_eq!(group["count"], 2);
    assert_eq!(group["position"], 1);
    assert_eq!(group["lastUserIds"], json!([bob.id, ada.id]));

    let events = app.feed(&chat).await;
    let last = events.last().unwrap();
    assert_eq!(last.kind, "REACTION_CHANGED");
    assert_eq!(cursor(&payload["cursor"]).event.0, last.id);
    let publication = subscriber.event(&chat, last.seq).await;
    let Change::ReactionChanged { added, group, .. } = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert!(added);
    assert_eq!(group.count, 2);
}

#[tokio::test]
async fn adding_again_changes_nothing() {
    let app = TestApp::new().await;
    let (ada, _, chat, message) = group(&app).await;
    let first = app
        .call(&ada, "addReaction", input(&chat, &message, "❤️"))
        .await
        .ok();
    let events = app.feed(&chat).await.len();
    // The same emoji without its presentation selector.
    let again = app
        .call(&ada, "addReaction", input(&chat, &message, "❤"))
        .await
        .ok();
    assert_eq!(first, again);
    assert_eq!(app.feed(&chat).await.len(), events);
}

#[tokio::test]
async fn another_skin_tone_replaces_the_reaction_and_is_told() {
    let app = TestApp::new().await;
    let (ada, _, chat, message) = group(&app).await;
    app.call(&ada, "addReaction", input(&chat, &message, "👍"))
        .await
        .ok();
    let events = app.feed(&chat).await.len();
    let payload = app
        .call(&ada, "addReaction", input(&chat, &message, "👍🏽"))
        .await
        .ok();
    assert_eq!(payload["reactionGroup"]["emoji"], "👍");
    assert_eq!(payload["reactionGroup"]["count"], 1);
    let told = app.feed(&chat).await;
    assert_eq!(told.len(), events + 1);
    assert_eq!(told[events].data.as_ref().unwrap()["variant"], "👍🏽");
}

#[tokio::test]
async fn what_is_no_emoji_and_what_is_not_there_is_refused_with_a_reason() {
    let app = TestApp::new().await;
    let (ada, _, chat, message) = group(&app).await;
    for text in ["", "a", "👍👍", ":tada:"] {
        let response = app
            .call(&ada, "addReaction", input(&chat, &message, text))
            .await;
        assert_eq!(response.code(), "BAD_USER_INPUT");
        assert_eq!(response.reason(), Some("NOT_AN_EMOJI"), "{text}");
        assert_eq!(response.field(), Some("emoji"), "{text}");
    }
    let nowhere = json!(MessageId::new());
    let response = app
        .call(&ada, "addReaction", input(&chat, &nowhere, "👍"))
        .await;
    assert_eq!(response.code(), "NOT_FOUND");

    app.call(
        &ada,
        "removeMessage",
        json!({ "chatId": chat, "id": message }),
    )
    .await
    .ok();
    let response = app
        .call(&ada, "addReaction", input(&chat, &message, "👍"))
        .await;
    assert_eq!(response.code(), "CONFLICT");
    assert_eq!(response.reason(), Some("MESSAGE_REMOVED"));
}

#[tokio::test]
async fn a_chat_may_do_without_reactions_and_keeps_those_it_has() {
    let app = TestApp::new().await;
    let (ada, bob, chat, message) = group(&app).await;
    app.call(&bob, "addReaction", input(&chat, &message, "👍"))
        .await
        .ok();
    let settings = json!({ "chatId": chat, "reactionsAllowed": false });
    let refused = app.call(&bob, "updateChat", settings.clone()).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let payload = app.call(&ada, "updateChat", settings).await.ok();
    assert_eq!(payload["chat"]["reactionsAllowed"], false);

    let response = app
        .call(&ada, "addReaction", input(&chat, &message, "👍"))
        .await;
    assert_eq!(response.code(), "FORBIDDEN");
    assert_eq!(response.reason(), Some("REACTIONS_NOT_ALLOWED"));
    let payload = app
        .call(&bob, "removeReaction", input(&chat, &message, "👍"))
        .await
        .ok();
    assert_eq!(payload["reactionGroup"]["count"], 0);
}

#[tokio::test]
async fn a_removed_message_loses_its_reactions() {
    let app = TestApp::new().await;
    let (ada, bob, chat, message) = group(&app).await;
    for person in [&ada, &bob] {
        app.call(person, "addReaction", input(&chat, &message, "👍"))
            .await
            .ok();
    }
    app.call(
        &ada,
        "removeMessage",
        json!({ "chatId": chat, "id": message }),
    )
    .await
    .ok();
    for table in ["reactions", "reaction_groups"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let left: i64 = app.owner.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(
        app.feed(&chat).await.last().unwrap().kind,
        "MESSAGE_REMOVED",
        "which implies it"
    );
}
