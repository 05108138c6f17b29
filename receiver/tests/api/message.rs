//! `message`.

use serde_json::{Value, json};
use shared_schema::{ChatId, MessageId};

use crate::app::TestApp;

const MESSAGE: &str = "query($chat: ID!, $id: ID!, $atLeast: Cursor) {
    message(chatId: $chat, id: $id, atLeast: $atLeast) { id content number cursor } }";

#[tokio::test]
async fn a_participant_reads_one_message() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "hello").await;
    let position = message.position().to_string();
    let variables = json!({ "chat": chat, "id": message.id, "atLeast": position });
    let seen = app.ask(Some(&bob), MESSAGE, variables).await.ok();
    let expected = json!({ "id": message.id, "content": "hello", "number": 1, "cursor": position });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn not_yours_not_here_and_not_there_are_all_null() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let other = app.group(&eve, &[]).await;
    let message = app.say(&ada, chat, "hello").await;
    app.remove(&ada, chat, &bob).await;
    for (person, chat, id) in [
        (&eve, chat, message.id),
        (&bob, chat, message.id),
        (&eve, other, message.id),
        (&ada, chat, MessageId::new()),
        (&ada, ChatId::new(), message.id),
    ] {
        let variables = json!({ "chat": chat, "id": id });
        assert_eq!(
            app.ask(Some(person), MESSAGE, variables).await.ok(),
            Value::Null
        );
    }
    let variables = json!({ "chat": chat, "id": message.id });
    app.ask(None, MESSAGE, variables)
        .await
        .assert_refused("UNAUTHENTICATED", None);
}
