//! `markAsRead`.

use serde_json::json;
use shared_schema::{Change, Signal};

use crate::app::{TestApp, cursor};

/// Defect 16: marking was one call per message, and the first one zeroed the count of the whole chat.
#[tokio::test]
async fn one_call_marks_up_to_a_number_and_leaves_the_rest_unread() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    for number in 1..=5 {
        app.say(&ada, &chat, &format!("message {number}")).await;
    }
    let mut subscriber = app.listen(&[&chat, &bob.id]).await;
    let payload = app
        .call(&bob, "markAsRead", json!({ "chatId": chat, "number": 3 }))
        .await
        .ok();
    assert_eq!(payload["unreadCount"], 2);
    assert_eq!(payload["participant"]["lastReadNumber"], 3);

    assert_eq!(app.feed(&chat).await.len(), 7, "no event of the chat");
    let own = app.feed(&bob.id).await;
    assert_eq!(own[1].kind, "READ_MARK_MOVED");
    assert_eq!(
        own[1].data,
        Some(json!({ "chat_id": chat, "last_read_number": 3 }))
    );
    let position = cursor(&payload["cursor"]);
    assert_eq!(
        (position.feed.to_string(), position.event.0),
        (bob.id.clone(), own[1].id)
    );

    let (mut told_chat, mut told_self) = (false, false);
    while !(told_chat && told_self) {
        let (channel, publication) = subscriber.publication().await;
        for signal in &publication.signals {
            assert_eq!(channel, format!("feed:{chat}"));
            assert!(matches!(
                signal,
                Signal::ReceiptChanged {
                    delivered_number: 3,
                    read_number: Some(3),
                    ..
                }
            ));
            told_chat = true;
        }
        told_self |= publication.events.iter().any(|event| {
            channel == format!("feed:{}", bob.id)
                && matches!(
                    event.change,
                    Change::ReadMarkMoved {
                        last_read_number: 3,
                        ..
                    }
                )
        });
    }
}

#[tokio::test]
async fn a_mark_never_moves_back_nor_beyond_the_newest_message() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mark = async |number: i64| {
        let input = json!({ "chatId": chat, "number": number });
        app.call(&bob, "markAsRead", input).await.ok()
    };
    let payload = mark(1).await;
    assert_eq!(
        payload["participant"]["lastReadNumber"], 0,
        "there is nothing to read yet"
    );
    for _ in 0..3 {
        app.say(&ada, &chat, "x").await;
    }
    let payload = mark(i64::from(i32::MAX)).await;
    assert_eq!(payload["participant"]["lastReadNumber"], 3);
    assert_eq!(payload["unreadCount"], 0);
    let back = mark(1).await;
    assert_eq!(back, payload, "with the head of the own feed");
    assert_eq!(app.kinds(&bob.id).await, ["CHAT_ADDED", "READ_MARK_MOVED"]);

    let input = json!({ "chatId": chat, "number": 0 });
    app.call(&bob, "markAsRead", input)
        .await
        .assert_refused("BAD_USER_INPUT", "number");
}

#[tokio::test]
async fn marks_that_cross_each_other_end_at_the_highest() {
    let app = TestApp::with(2, lab_stack::servers::shared().redis_url()).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    for _ in 0..20 {
        app.say(&ada, &chat, "x").await;
    }
    let marks = (1..=20).rev().map(|number| {
        let input = json!({ "chatId": chat, "number": number });
        let (app, bob) = (&app, &bob);
        async move { app.call_at(number % 2, bob, "markAsRead", input).await.ok() }
    });
    futures_util::future::join_all(marks).await;
    let events = app.feed(&bob.id).await;
    let moved: Vec<i64> = events[1..]
        .iter()
        .map(|event| {
            event.data.as_ref().unwrap()["last_read_number"]
                .as_i64()
                .unwrap()
        })
        .collect();
    assert!(moved.is_sorted(), "{moved:?}");
    assert_eq!(moved.last(), Some(&20));
}

/// F1: read marks lied. Someone who was added later, or came back, counted as a reader of what was there before.
#[tokio::test]
async fn f1_a_mark_counts_only_for_messages_sent_while_its_owner_took_part() {
    let app = TestApp::new().await;
    let (ada, bob, zoe) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("zoe").await,
    );
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, &chat, "before zoe").await;
    let add = json!({ "chatId": chat, "userIds": [zoe.id] });
    let added = app.call(&ada, "addParticipants", add.clone()).await.ok();
    assert_eq!(added["participants"][0]["joinedNumber"], 1);
    assert_eq!(readers(&app, &chat, 1).await, Vec::<String>::new());

    app.say(&ada, &chat, "with zoe").await;
    for reader in [&bob, &zoe] {
        let input = json!({ "chatId": chat, "number": 2 });
        let marked = app.call(reader, "markAsRead", input).await.ok();
        assert_eq!(marked["participant"]["lastReadNumber"], 2);
    }
    assert_eq!(readers(&app, &chat, 1).await, [&*bob.id]);
    let mut both = vec![bob.id.clone(), zoe.id.clone()];
    both.sort();
    assert_eq!(readers(&app, &chat, 2).await, both);

    // Whoever comes back begins anew.
    let who = json!({ "chatId": chat, "userId": zoe.id });
    app.call(&ada, "removeParticipant", who).await.ok();
    app.say(&ada, &chat, "without zoe").await;
    let back = app.call(&ada, "addParticipants", add).await.ok();
    assert_eq!(back["participants"][0]["joinedNumber"], 3);
    assert_eq!(readers(&app, &chat, 3).await, Vec::<String>::new());
    assert_eq!(readers(&app, &chat, 2).await, [&*bob.id]);
}

/// Who has read the message with this number, as the view says.
async fn readers(app: &TestApp, chat: &str, number: i64) -> Vec<String> {
    let sql = "SELECT r.user_id FROM message_reads r
               JOIN messages m ON m.chat_id = r.chat_id AND m.id = r.message_id
               WHERE m.chat_id = $1 AND m.number = $2 ORDER BY r.user_id";
    let chat: uuid::Uuid = chat.parse().unwrap();
    let rows = app.owner.query(sql, &[&chat, &number]).await.unwrap();
    rows.iter()
        .map(|row| row.get::<_, uuid::Uuid>(0).to_string())
        .collect()
}

/// B, removed messages: a badge never leads to nothing.
#[tokio::test]
async fn what_was_removed_above_the_mark_is_not_left_to_read() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut ids = Vec::new();
    for number in 1..=5 {
        let said = app.say(&ada, &chat, &format!("message {number}")).await;
        ids.push(said["id"].clone());
    }
    let unread = async |number: i64| {
        let input = json!({ "chatId": chat, "number": number });
        let marked = app.call(&bob, "markAsRead", input).await.ok();
        marked["unreadCount"].clone()
    };
    assert_eq!(unread(2).await, 3);
    for id in [&ids[0], &ids[3], &ids[4]] {
        let input = json!({ "chatId": chat, "id": id });
        app.call(&ada, "removeMessage", input).await.ok();
    }
    assert_eq!(unread(1).await, 1, "two of three are gone");
    assert_eq!(unread(3).await, 0, "and only they are left");
}
