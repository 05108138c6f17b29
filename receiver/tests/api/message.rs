//! `message`.

use serde_json::{Value, json};
use shared_schema::{ChatId, MessageId};

use crate::stage::Stage;

const MESSAGE: &str = "query($chat: ID!, $id: ID!, $atLeast: Cursor) {
    message(chatId: $chat, id: $id, atLeast: $atLeast) { id content number cursor } }";

#[tokio::test]
async fn a_participant_reads_one_message() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let message = stage.say(&ada, chat, "hello").await;
    let position = message.position().to_string();
    let variables = json!({ "chat": chat, "id": message.id, "atLeast": position });
    let seen = stage.ask(Some(&bob), MESSAGE, variables).await.ok();
    let expected = json!({ "id": message.id, "content": "hello", "number": 1, "cursor": position });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn not_yours_not_here_and_not_there_are_all_null() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = stage.trio().await;
    let chat = stage.group(&ada, &[&bob]).await;
    let other = stage.group(&eve, &[]).await;
    let message = stage.say(&ada, chat, "hello").await;
    stage.remove(&ada, chat, &bob).await;
    for (person, chat, id) in [
        (&eve, chat, message.id),
        (&bob, chat, message.id),
        (&eve, other, message.id),
        (&ada, chat, MessageId::new()),
        (&ada, ChatId::new(), message.id),
    ] {
        let variables = json!({ "chat": chat, "id": id });
        assert_eq!(
            stage.ask(Some(person), MESSAGE, variables).await.ok(),
            Value::Null
        );
    }
    let variables = json!({ "chat": chat, "id": message.id });
    stage
        .ask(None, MESSAGE, variables)
        .await
        .is("UNAUTHENTICATED", None);
}
