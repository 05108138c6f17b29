//! `createMessage`.

use serde_json::json;
use shared_schema::{Change, MessageId};

use crate::stage::Stage;

#[tokio::test]
async fn a_message_is_stored_with_its_event_and_published() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let mut ears = stage.listen(&[&chat]).await;

    let id = MessageId::new().to_string();
    let input = json!({ "id": id, "chatId": chat, "content": "  hello \n" });
    let payload = stage.call(&bob, "createMessage", input).await.ok();
    let message = &payload["message"];
    assert_eq!(message["id"], id.as_str());
    assert_eq!(message["content"], "hello");
    assert_eq!(message["number"], 1);
    assert_eq!(message["seq"], 3);
    assert_eq!(message["revision"], 1);
    assert_eq!(message["senderId"], bob.id.as_str());
    assert_eq!(message["senderUsername"], "bob");
    assert_eq!(message["cursor"], payload["cursor"]);

    let events = stage.feed(&chat).await;
    let event = events.last().unwrap();
    assert_eq!(event.kind, "MESSAGE_ADDED");
    assert_eq!(event.id.to_string(), id, "the event has the message's id");
    assert_eq!(event.message.unwrap().to_string(), id);
    assert_eq!(event.data, None, "a feed never holds a message's text");

    let (channel, publication) = ears.hear().await;
    assert_eq!(channel, format!("feed:{chat}"));
    assert_eq!(publication.events.len(), 1);
    let heard = &publication.events[0];
    assert_eq!(heard.seq, 3);
    assert_eq!(heard.prev.unwrap().0, events[1].id);
    let Change::MessageAdded(heard) = &heard.change else {
        panic!("{heard:?}");
    };
    assert_eq!(heard.content.as_deref(), Some("hello"));
}
