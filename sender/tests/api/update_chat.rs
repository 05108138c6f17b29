//! `updateChat`.

use serde_json::json;
use shared_schema::Change;

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn an_admin_changes_name_and_description_each_on_its_own() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    app.promote(&ada, &chat, &bob, "ADMIN").await;
    app.say(&ada, &chat, "hello").await;
    let mut subscriber = app.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "name": " Engines " });
    let payload = app.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["name"], "Engines");
    assert_eq!(payload["chat"]["description"], "");
    assert_eq!(payload["chat"]["messageCount"], 1);
    assert_eq!(cursor(&payload["cursor"]).seq, 5);
    let publication = subscriber.event(&chat, 5).await;
    assert_eq!(publication.events[0].change, Change::ChatUpdated);

    let input = json!({ "chatId": chat, "name": null, "description": "all of them" });
    let payload = app.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["name"], "Engines");
    assert_eq!(payload["chat"]["description"], "all of them");
    let input = json!({ "chatId": chat, "description": " " });
    let payload = app.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["description"], "");
    assert_eq!(app.kinds(&chat).await[4..], ["CHAT_UPDATED"; 3]);
}

#[tokio::test]
async fn an_update_without_a_change_appends_nothing() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for input in [
        json!({ "chatId": chat }),
        json!({ "chatId": chat, "name": "A chat", "description": "" }),
    ] {
        let payload = app.call(&ada, "updateChat", input).await.ok();
        assert_eq!(payload["chat"]["name"], "A chat");
        assert_eq!(cursor(&payload["cursor"]).seq, 2);
    }
    assert_eq!(app.feed(&chat).await.len(), 2);
}

#[tokio::test]
async fn a_bad_name_a_direct_chat_and_a_member_are_refused() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let direct = app.chat("DIRECT", &ada, &[&bob]).await;
    for (input, field) in [
        (json!({ "chatId": chat, "name": "" }), "name"),
        (json!({ "chatId": chat, "name": "x".repeat(101) }), "name"),
        (
            json!({ "chatId": chat, "description": "x".repeat(501) }),
            "description",
        ),
    ] {
        app.call(&ada, "updateChat", input)
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
    let input = json!({ "chatId": direct, "name": "Us" });
    app.call(&ada, "updateChat", input)
        .await
        .assert_refused("FORBIDDEN", None);
    let input = json!({ "chatId": chat, "name": "Mine" });
    app.call(&bob, "updateChat", input)
        .await
        .assert_refused("FORBIDDEN", None);
    assert_eq!(app.feed(&chat).await.len(), 2);
}
