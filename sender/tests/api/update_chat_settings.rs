//! `updateChatSettings`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, cursor};

const FOR_GOOD: &str = "9999-01-01T00:00:00Z";

async fn set(app: &TestApp, person: &Person, chat: &str, mut input: Value) -> Value {
    input["chatId"] = json!(chat);
    app.call(person, "updateChatSettings", input).await.ok()
}

#[tokio::test]
async fn settings_are_told_whole_to_ones_own_devices_and_to_nobody_else() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let (in_chat, own) = (app.feed(&chat).await.len(), app.feed(&bob.id).await.len());
    let payload = set(&app, &bob, &chat, json!({ "isPinned": true })).await;
    let pinned_at = payload["settings"]["pinnedAt"].clone();
    assert!(pinned_at.is_string());
    let wish = json!({ "mutedUntil": FOR_GOOD, "notificationLevel": "MENTIONS" });
    let payload = set(&app, &bob, &chat, wish).await;
    assert_eq!(
        payload["settings"],
        json!({ "chatId": chat, "pinnedAt": pinned_at, "mutedUntil": FOR_GOOD, "archivedUpTo": null,
            "unreadFrom": null, "notificationLevel": "MENTIONS" })
    );
    let told = app.feed(&bob.id).await;
    assert_eq!(told.len(), own + 2);
    assert_eq!(told[own + 1].kind, "CHAT_SETTINGS_CHANGED");
    assert_eq!(
        told[own + 1].data,
        Some(
            json!({ "settings": { "chat_id": chat, "pinned_at": pinned_at, "muted_until": FOR_GOOD,
            "archived_up_to": null, "unread_from": null, "notification_level": "MENTIONS" } })
        )
    );
    assert_eq!(cursor(&payload["cursor"]).event.0, told[own + 1].id);
    assert_eq!(app.feed(&chat).await.len(), in_chat);
    let sql = "SELECT count(*) FROM chat_settings WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 1, "nobody else has a row");
}

#[tokio::test]
async fn what_is_so_already_is_no_event_and_what_is_taken_back_is_one() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let before = app.tables().await;
    let nothing = json!({ "isPinned": false, "mutedUntil": null, "archivedUpTo": null, "unreadFrom": null, "notificationLevel": "ALL" });
    set(&app, &ada, &chat, nothing.clone()).await;
    set(&app, &ada, &chat, json!({})).await;
    let past = json!({ "mutedUntil": "2020-01-01T00:00:00Z" });
    set(&app, &ada, &chat, past).await;
    let own = app.feed(&ada.id).await.len();
    let all = json!({ "isPinned": true, "mutedUntil": FOR_GOOD, "archivedUpTo": 0, "notificationLevel": "NONE" });
    let first = set(&app, &ada, &chat, all.clone()).await;
    assert_eq!(set(&app, &ada, &chat, all).await, first);
    assert_eq!(app.feed(&ada.id).await.len(), own + 1);
    let last = set(&app, &ada, &chat, nothing).await;
    assert_eq!(
        last["settings"],
        json!({ "chatId": chat, "pinnedAt": null, "mutedUntil": null, "archivedUpTo": null, "unreadFrom": null, "notificationLevel": "ALL" })
    );
    assert_eq!(app.feed(&ada.id).await.len(), own + 2);
    assert_eq!(before["messages"], app.tables().await["messages"]);
}

#[tokio::test]
async fn a_chat_is_archived_up_to_a_message_that_is_there() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for text in ["one", "two", "three"] {
        app.say(&ada, &chat, text).await;
    }
    for (wanted, stored) in [(2, 2), (99, 3), (0, 0)] {
        let payload = set(&app, &ada, &chat, json!({ "archivedUpTo": wanted })).await;
        assert_eq!(payload["settings"]["archivedUpTo"], stored);
    }
    let input = json!({ "chatId": chat, "archivedUpTo": -1 });
    app.call(&ada, "updateChatSettings", input)
        .await
        .assert_refused("BAD_USER_INPUT", "archivedUpTo");
}

#[tokio::test]
async fn a_chat_is_marked_as_unread_for_oneself_and_the_read_mark_stays() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    for text in ["one", "two", "three"] {
        app.say(&ada, &chat, text).await;
    }
    let read = json!({ "chatId": chat, "number": 3 });
    app.call(&bob, "markAsRead", read).await.ok();
    let in_chat = app.feed(&chat).await.len();
    for (wanted, stored) in [(2, 2), (99, 3)] {
        let payload = set(&app, &bob, &chat, json!({ "unreadFrom": wanted })).await;
        assert_eq!(payload["settings"]["unreadFrom"], stored);
    }
    let sql = "SELECT min(last_read_number) FROM participants WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 3);
    assert_eq!(app.feed(&chat).await.len(), in_chat, "nobody else is told");
    let payload = set(&app, &bob, &chat, json!({ "unreadFrom": null })).await;
    assert_eq!(payload["settings"]["unreadFrom"], Value::Null);
    let input = json!({ "chatId": chat, "unreadFrom": 0 });
    app.call(&bob, "updateChatSettings", input)
        .await
        .assert_refused("BAD_USER_INPUT", "unreadFrom");
}

#[tokio::test]
async fn twenty_chats_can_be_pinned_and_not_one_more() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let mut chats = vec![];
    for _ in 0..21 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    for chat in &chats[..20] {
        set(&app, &bob, chat, json!({ "isPinned": true })).await;
    }
    let own = app.feed(&bob.id).await.len();
    let pin = json!({ "chatId": chats[20], "isPinned": true });
    let refused = app.call(&bob, "updateChatSettings", pin.clone()).await;
    assert_eq!(refused.refusal(), ("CONFLICT", "isPinned"));
    assert_eq!(refused.reason(), Some("TOO_MANY_PINNED_CHATS"));
    assert_eq!(app.feed(&bob.id).await.len(), own, "nothing happened");
    // What is pinned already can be changed, others have room of their own, and a chat that one has left needs none.
    set(
        &app,
        &bob,
        &chats[0],
        json!({ "isPinned": true, "mutedUntil": FOR_GOOD }),
    )
    .await;
    app.call(&ada, "updateChatSettings", pin.clone()).await.ok();
    app.call(&bob, "leaveChat", json!({ "chatId": chats[0] }))
        .await
        .ok();
    app.call(&bob, "updateChatSettings", pin).await.ok();
}

#[tokio::test]
async fn what_devices_want_at_the_same_time_is_all_done() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let wishes = [
        json!({ "isPinned": true }),
        json!({ "mutedUntil": FOR_GOOD }),
        json!({ "archivedUpTo": 0 }),
        json!({ "notificationLevel": "NONE" }),
    ];
    let calls = wishes.map(|wish| set(&app, &ada, &chat, wish));
    for call in futures_util::future::join_all(calls).await {
        assert!(call["settings"].is_object());
    }
    let id: Uuid = chat.parse().unwrap();
    let sql =
        "SELECT pinned_at IS NOT NULL AND muted_until > clock_timestamp() AND archived_up_to = 0
                      AND notification_level = 'NONE' FROM chat_settings WHERE chat_id = $1";
    let row = app.owner.query_one(sql, &[&id]).await.unwrap();
    assert!(row.get::<_, bool>(0));
    let told = app.feed(&ada.id).await;
    let settings = told
        .iter()
        .filter(|event| event.kind == "CHAT_SETTINGS_CHANGED");
    assert_eq!(settings.count(), 4);
}
