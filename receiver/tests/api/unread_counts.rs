//! `unreadCounts`.

use serde_json::{Value, json};

use crate::stage::Stage;

const COUNTS: &str = "{ unreadCounts { chatId unreadCount lastReadNumber messageCount } }";

#[tokio::test]
async fn the_counts_are_what_counting_the_messages_gives() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let mut expected = vec![];
    for (written, read) in [(0, 0), (3, 0), (5, 2), (4, 4), (7, 6)] {
        let chat = stage.group(&ada, &[&bob]).await;
        stage.say_many(&ada, chat, written).await;
        if read > 0 {
            stage.read(&bob, chat, read).await;
        }
        let count: i64 = stage
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
    let left = stage.group(&ada, &[&bob]).await;
    stage.say(&ada, left, "hello").await;
    stage.remove(&ada, left, &bob).await;
    let counts = stage.ask(Some(&bob), COUNTS, json!({})).await.ok();
    assert_eq!(counts, Value::Array(expected), "in the order of their ids");
    // Whoever wrote has read.
    assert_eq!(
        stage.ask(Some(&ada), COUNTS, json!({})).await.ok(),
        json!([])
    );
    stage
        .ask(None, COUNTS, json!({}))
        .await
        .is("UNAUTHENTICATED", None);
}

/// B, removed messages: a badge never leads to nothing, and every way to ask says the same.
#[tokio::test]
async fn a_removed_message_is_not_unread() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let said = stage.say_many(&ada, chat, 6).await;
    stage.read(&bob, chat, 2).await;
    let mut live = stage
        .follow(
            &bob,
            "subscription { unreadCountUpdated { chatId unreadCount } }",
            json!({}),
        )
        .await;
    live.silence(200).await;
    // One below the mark, and two above it.
    for message in [&said[0], &said[3], &said[5]] {
        stage.unsay(&ada, message).await;
    }
    while live.next().await["unreadCount"] != 2 {}

    let counts = stage.ask(Some(&bob), COUNTS, json!({})).await.ok();
    assert_eq!(counts[0]["unreadCount"], 2);
    let list = "{ chats { edges { unreadCount node { removedNumbers } } } }";
    let edge = stage.ask(Some(&bob), list, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(edge["unreadCount"], 2);
    assert_eq!(edge["node"]["removedNumbers"], json!([4, 6]));

    for message in [&said[2], &said[4]] {
        stage.unsay(&ada, message).await;
    }
    while live.next().await["unreadCount"] != 0 {}
    assert_eq!(
        stage.ask(Some(&bob), COUNTS, json!({})).await.ok(),
        json!([])
    );
}
