//! `updateMessage`.

use serde_json::json;
use shared_schema::{Change, MessageId};

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn an_edit_changes_the_text_and_counts_a_revision() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&bob, &chat, "teh").await;
    let mut subscriber = app.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "id": message["id"], "content": " the " });
    let payload = app.call(&bob, "updateMessage", input).await.ok();
    let edited = &payload["message"];
    assert_eq!(edited["content"], "the");
    assert_eq!(edited["revision"], 2);
    assert!(edited["editedAt"].is_string());
    for kept in [
        "id",
        "number",
        "seq",
        "createdAt",
        "senderUsername",
        "cursor",
    ] {
        assert_eq!(edited[kept], message[kept], "{kept}");
    }
    let events = app.feed(&chat).await;
    assert_eq!(events.last().unwrap().kind, "MESSAGE_UPDATED");
    assert_eq!(
        events.last().unwrap().message.unwrap().to_string(),
        message["id"]
    );
    assert_eq!(events.last().unwrap().data, None);
    assert_eq!(
        cursor(&payload["cursor"]).event.0,
        events.last().unwrap().id
    );

    let publication = subscriber.event(&chat, 4).await;
    let Change::MessageUpdated(heard) = &publication.events[0].change else {
        panic!("{publication:?}");
    };
    assert_eq!(heard.content.as_deref(), Some("the"));
}

#[tokio::test]
async fn an_edit_to_the_same_text_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "same").await;
    app.say(&ada, &chat, "newer").await;
    let input = json!({ "chatId": chat, "id": message["id"], "content": " same " });
    let payload = app.call(&ada, "updateMessage", input).await.ok();
    assert_eq!(payload["message"], message);
    assert_eq!(cursor(&payload["cursor"]).seq, 4, "the head of the feed");
    assert_eq!(app.feed(&chat).await.len(), 4);
}

#[tokio::test]
async fn only_the_author_edits_and_only_what_is_there() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&bob, &chat, "mine").await["id"].clone();
    let edit = |id: serde_json::Value, content: &str| json!({ "chatId": chat, "id": id, "content": content });

    app.call(&ada, "updateMessage", edit(message.clone(), "ours"))
        .await
        .assert_refused("FORBIDDEN", None);
    app.call(&bob, "updateMessage", edit(message.clone(), " "))
        .await
        .assert_refused("BAD_USER_INPUT", "content");
    let unknown = json!(MessageId::new().to_string());
    app.call(&bob, "updateMessage", edit(unknown, "x"))
        .await
        .assert_refused("NOT_FOUND", "id");

    app.call(
        &bob,
        "removeMessage",
        json!({ "chatId": chat, "id": message }),
    )
    .await
    .ok();
    app.call(&bob, "updateMessage", edit(message, "back"))
        .await
        .assert_refused("CONFLICT", "id");
    assert_eq!(app.feed(&chat).await.len(), 4);
}

/// The texts that a message had, newest first.
async fn earlier_texts(app: &TestApp, message: &serde_json::Value) -> Vec<(i32, String)> {
    let id: uuid::Uuid = message["id"].as_str().unwrap().parse().unwrap();
    let sql = "SELECT v.revision, v.content, v.written_at >= m.created_at AND v.written_at < m.edited_at
               FROM message_revisions v JOIN messages m ON m.chat_id = v.chat_id AND m.id = v.message_id
               WHERE v.message_id = $1 ORDER BY v.revision DESC";
    let rows = app.owner.query(sql, &[&id]).await.unwrap();
    rows.iter()
        .map(|row| {
            assert!(row.get::<_, bool>(2), "written between sending and now");
            (row.get(0), row.get(1))
        })
        .collect()
}

#[tokio::test]
async fn an_edit_keeps_the_texts_before_it_and_a_removal_none() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "one").await;
    let edit = async |text: &str| {
        let input = json!({ "chatId": chat, "id": message["id"], "content": text });
        app.call(&ada, "updateMessage", input).await.ok();
    };
    edit("two").await;
    edit("two").await;
    edit("three").await;
    let expected = [(2, "two".to_owned()), (1, "one".to_owned())];
    assert_eq!(earlier_texts(&app, &message).await, expected);
    let input = json!({ "chatId": chat, "id": message["id"] });
    app.call(&ada, "removeMessage", input).await.ok();
    let sql = "SELECT count(*) FROM message_revisions";
    let left: i64 = app.owner.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_newest_fifty_texts_are_kept() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, &chat, "1").await;
    for number in 2..=55 {
        let content = number.to_string();
        let input = json!({ "chatId": chat, "id": message["id"], "content": content });
        app.call(&ada, "updateMessage", input).await.ok();
    }
    let expected: Vec<(i32, String)> = (5..=54)
        .rev()
        .map(|number| (number, number.to_string()))
        .collect();
    assert_eq!(earlier_texts(&app, &message).await, expected);
}
