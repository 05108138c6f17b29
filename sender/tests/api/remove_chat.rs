//! `removeChat`.

use serde_json::json;
use shared_schema::Change;

use crate::stage::{Stage, cursor};

/// Defect 12: a chat was removed and nobody was told. Defect 5: anyone could remove it.
#[tokio::test]
async fn a_removed_chat_is_gone_for_everyone_and_everyone_is_told() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    stage.promote(&ada, &chat, &bob, "ADMIN").await;
    stage.say(&bob, &chat, "hello").await;
    let input = json!({ "chatId": chat });
    stage
        .call(&bob, "removeChat", input.clone())
        .await
        .is("FORBIDDEN", None);

    let mut ears = stage.listen(&[&chat, &bob.id]).await;
    let payload = stage.call(&ada, "removeChat", input.clone()).await.ok();
    assert_eq!(payload["chatId"], chat.as_str());
    assert_eq!(cursor(&payload["cursor"]).seq, 5);
    assert_eq!(stage.kinds(&chat).await.last().unwrap(), "CHAT_REMOVED");
    for person in [&ada, &bob] {
        let own = stage.feed(&person.id).await;
        let last = own.last().unwrap();
        assert_eq!(last.kind, "CHAT_LEFT");
        assert_eq!(last.data, Some(json!({ "chat_id": chat, "left_seq": 5 })));
    }
    let publication = ears.hear_event(&chat, 5).await;
    assert_eq!(publication.events[0].change, Change::ChatRemoved);
    let publication = ears.hear_event(&bob.id, 2).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ChatLeft { left_seq: 5, .. }
    ));

    let sql = "SELECT count(*) FROM participants WHERE chat_id = $1 AND left_seq = 5";
    assert_eq!(stage.number(sql, &chat).await, 2);
    stage
        .call(&ada, "removeChat", input)
        .await
        .is("NOT_FOUND", "chatId");
    let message = json!({ "chatId": chat, "content": "anyone?" });
    stage
        .call(&bob, "createMessage", message)
        .await
        .is("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn a_direct_chat_cannot_be_removed() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": chat });
    stage
        .call(&ada, "removeChat", input)
        .await
        .is("FORBIDDEN", None);
    assert_eq!(stage.feed(&chat).await.len(), 2);
}
