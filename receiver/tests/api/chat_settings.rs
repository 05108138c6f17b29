//! `Chat.settings` and `ChatSettingsChanged`.

use serde_json::{Value, json};
use shared_schema::{ChatKind, ChatSettings, NotificationLevel};

use crate::{app::TestApp, documents::INBOX};

const LIST: &str = "{ chats { nodes { id settings { pinnedAt mutedUntil archivedUpTo unreadFrom notificationLevel } } } }";

#[tokio::test]
async fn the_list_tells_what_the_caller_has_set_and_nobody_elses() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut chats = vec![];
    for _ in 0..3 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    let settings = ChatSettings {
        pinned_at: Some(
            "2026-01-31T12:30:00Z"
                .parse()
                .map(shared_schema::Instant)
                .unwrap(),
        ),
        archived_up_to: Some(0),
        unread_from: Some(1),
        notification_level: NotificationLevel::Mentions,
        ..ChatSettings::none(chats[1])
    };
    app.set(&bob, settings).await;
    let nothing = json!({ "pinnedAt": null, "mutedUntil": null, "archivedUpTo": null, "unreadFrom": null, "notificationLevel": "ALL" });
    let list = app.ask(Some(&bob), LIST, json!({})).await.ok();
    for chat in list["nodes"].as_array().unwrap() {
        let expected = match chat["id"] == json!(chats[1]) {
            true => {
                json!({ "pinnedAt": "2026-01-31T12:30:00Z", "mutedUntil": null, "archivedUpTo": 0,
                    "unreadFrom": 1,
                "unreadFrom": 1, "notificationLevel": "MENTIONS" })
            }
            false => nothing.clone(),
        };
        assert_eq!(chat["settings"], expected);
    }
    let list = app.ask(Some(&ada), LIST, json!({})).await.ok();
    for chat in list["nodes"].as_array().unwrap() {
        assert_eq!(chat["settings"], nothing);
    }
}

#[tokio::test]
async fn who_does_not_take_part_has_set_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    app.set(
        &bob,
        ChatSettings {
            archived_up_to: Some(0),
            ..ChatSettings::none(chat)
        },
    )
    .await;
    app.remove(&ada, chat, &bob).await;
    let query = "query ($id: ID!) { chat(id: $id) { settings { archivedUpTo } } }";
    for person in [&bob, &eve] {
        let found = app
            .ask(Some(person), query, json!({ "id": chat }))
            .await
            .ok();
        assert_eq!(found["settings"], Value::Null);
    }
}

#[tokio::test]
async fn a_change_is_an_event_of_ones_own_feed_and_tells_all_that_is_set() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut inbox = app.follow(&bob, INBOX, json!({})).await;
    inbox.greeting(bob.id).await;
    let until = "9999-01-01T00:00:00Z";
    let settings = ChatSettings {
        muted_until: Some(until.parse().map(shared_schema::Instant).unwrap()),
        ..ChatSettings::none(chat)
    };
    app.set(&bob, settings).await;
    let events = inbox.events().await;
    assert_eq!(events[0]["__typename"], "ChatSettingsChanged");
    assert_eq!(
        events[0]["settings"],
        json!({ "chatId": chat, "pinnedAt": null, "mutedUntil": until, "archivedUpTo": null, "notificationLevel": "ALL" })
    );
}
