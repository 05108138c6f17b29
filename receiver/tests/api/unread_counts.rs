//! `unreadCounts`.

use serde_json::{Value, json};

use crate::app::TestApp;

const COUNTS: &str = "{ unreadCounts { chatId unreadCount lastReadNumber messageCount } }";

#[tokio::test]
async fn the_counts_are_what_counting_the_messages_gives() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut expected = vec![];
    for (written, read) in [(0, 0), (3, 0), (5, 2), (4, 4), (7, 6)] {
        let chat = app.group(&ada, &[&bob]).await;
        app.say_many(&ada, chat, written).await;
        if read > 0 {
            app.read(&bob, chat, read).await;
        }
        let count: i64 = app
            .owner
            .query_one(
                "SELECT count(*) FROM messages m JOIN participants p ON p.chat_id = m.chat_id AND p.user_id = $2
                 WHERE m.chat_id = $1 AND m.number > p.last_read_number",
                &[&chat.0, &bob.id.0],
            )
            .await
            .unwrap()
            .get(0);
        if count > 0 {
            expected.push(json!({
                "chatId": chat, "unreadCount": count, "lastReadNumber": read, "messageCount": written
            }));
        }
    }
    let left = app.group(&ada, &[&bob]).await;
    app.say(&ada, left, "hello").await;
    app.remove(&ada, left, &bob).await;
    let counts = app.ask(Some(&bob), COUNTS, json!({})).await.ok();
    assert_eq!(counts, Value::Array(expected), "in the order of their ids");
    // Whoever wrote has read.
    assert_eq!(app.ask(Some(&ada), COUNTS, json!({})).await.ok(), json!([]));
    app.ask(None, COUNTS, json!({}))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

/// B, removed messages: a badge never leads to nothing, and every way to ask says the same.
#[tokio::test]
async fn a_removed_message_is_not_unread() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let said = app.say_many(&ada, chat, 6).await;
    app.read(&bob, chat, 2).await;
    let mut live = app
        .follow(
            &bob,
            "subscription { unreadCountUpdated { chatId unreadCount } }",
            json!({}),
        )
        .await;
    live.silence(200).await;
    // One below the mark, and two above it.
    for message in [&said[0], &said[3], &said[5]] {
        app.unsay(&ada, message).await;
    }
    while live.next().await["unreadCount"] != 2 {}

    let counts = app.ask(Some(&bob), COUNTS, json!({})).await.ok();
    assert_eq!(counts[0]["unreadCount"], 2);
    let list = "{ chats { edges { unreadCount node { removedNumbers } } } }";
    let edge = app.ask(Some(&bob), list, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(edge["unreadCount"], 2);
    assert_eq!(edge["node"]["removedNumbers"], json!([4, 6]));

    for message in [&said[2], &said[4]] {
        app.unsay(&ada, message).await;
    }
    while live.next().await["unreadCount"] != 0 {}
    assert_eq!(app.ask(Some(&bob), COUNTS, json!({})).await.ok(), json!([]));
}
