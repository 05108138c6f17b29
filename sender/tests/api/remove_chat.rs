//! `removeChat`.

use serde_json::json;
use shared_schema::Change;

use crate::app::{TestApp, cursor};

/// Defect 12: a chat was removed and nobody was told. Defect 5: anyone could remove it.
#[tokio::test]
async fn a_removed_chat_is_gone_for_everyone_and_everyone_is_told() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    app.promote(&ada, &chat, &bob, "ADMIN").await;
    app.say(&bob, &chat, "hello").await;
    let input = json!({ "chatId": chat });
    app.call(&bob, "removeChat", input.clone())
        .await
        .assert_refused("FORBIDDEN", None);

    let mut subscriber = app.listen(&[&chat, &bob.id]).await;
    let payload = app.call(&ada, "removeChat", input.clone()).await.ok();
    assert_eq!(payload["chatId"], chat.as_str());
    assert_eq!(cursor(&payload["cursor"]).seq, 5);
    assert_eq!(app.kinds(&chat).await.last().unwrap(), "CHAT_REMOVED");
    for person in [&ada, &bob] {
        let own = app.feed(&person.id).await;
        let last = own.last().unwrap();
        assert_eq!(last.kind, "CHAT_LEFT");
        assert_eq!(last.data, Some(json!({ "chat_id": chat, "left_seq": 5 })));
    }
    let publication = subscriber.event(&chat, 5).await;
    assert_eq!(publication.events[0].change, Change::ChatRemoved);
    let publication = subscriber.event(&bob.id, 2).await;
    assert!(matches!(
        publication.events[0].change,
        Change::ChatLeft { left_seq: 5, .. }
    ));

    let sql = "SELECT count(*) FROM participants WHERE chat_id = $1 AND left_seq = 5";
    assert_eq!(app.number(sql, &chat).await, 2);
    app.call(&ada, "removeChat", input)
        .await
        .assert_refused("NOT_FOUND", "chatId");
    let message = json!({ "chatId": chat, "content": "anyone?" });
    app.call(&bob, "createMessage", message)
        .await
        .assert_refused("NOT_FOUND", "chatId");
}

#[tokio::test]
async fn a_direct_chat_cannot_be_removed() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": chat });
    app.call(&ada, "removeChat", input)
        .await
        .assert_refused("FORBIDDEN", None);
    assert_eq!(app.feed(&chat).await.len(), 2);
}
