//! `updateChat`.

use serde_json::json;
use shared_schema::Change;

use crate::stage::{Stage, cursor};

#[tokio::test]
async fn an_admin_changes_name_and_description_each_on_its_own() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    stage.promote(&ada, &chat, &bob, "ADMIN").await;
    stage.say(&ada, &chat, "hello").await;
    let mut ears = stage.listen(&[&chat]).await;

    let input = json!({ "chatId": chat, "name": " Engines " });
    let payload = stage.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["name"], "Engines");
    assert_eq!(payload["chat"]["description"], "");
    assert_eq!(payload["chat"]["messageCount"], 1);
    assert_eq!(cursor(&payload["cursor"]).seq, 5);
    let publication = ears.hear_event(&chat, 5).await;
    assert_eq!(publication.events[0].change, Change::ChatUpdated);

    let input = json!({ "chatId": chat, "name": null, "description": "all of them" });
    let payload = stage.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["name"], "Engines");
    assert_eq!(payload["chat"]["description"], "all of them");
    let input = json!({ "chatId": chat, "description": " " });
    let payload = stage.call(&bob, "updateChat", input).await.ok();
    assert_eq!(payload["chat"]["description"], "");
    assert_eq!(stage.kinds(&chat).await[4..], ["CHAT_UPDATED"; 3]);
}

#[tokio::test]
async fn an_update_without_a_change_appends_nothing() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    for input in [
        json!({ "chatId": chat }),
        json!({ "chatId": chat, "name": "A chat", "description": "" }),
    ] {
        let payload = stage.call(&ada, "updateChat", input).await.ok();
        assert_eq!(payload["chat"]["name"], "A chat");
        assert_eq!(cursor(&payload["cursor"]).seq, 2);
    }
    assert_eq!(stage.feed(&chat).await.len(), 2);
}

#[tokio::test]
async fn a_bad_name_a_direct_chat_and_a_member_are_refused() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    let direct = stage.chat("DIRECT", &ada, &[&bob]).await;
    for (input, field) in [
        (json!({ "chatId": chat, "name": "" }), "name"),
        (json!({ "chatId": chat, "name": "x".repeat(101) }), "name"),
        (
            json!({ "chatId": chat, "description": "x".repeat(501) }),
            "description",
        ),
    ] {
        stage
            .call(&ada, "updateChat", input)
            .await
            .is("BAD_USER_INPUT", field);
    }
    let input = json!({ "chatId": direct, "name": "Us" });
    stage
        .call(&ada, "updateChat", input)
        .await
        .is("FORBIDDEN", None);
    let input = json!({ "chatId": chat, "name": "Mine" });
    stage
        .call(&bob, "updateChat", input)
        .await
        .is("FORBIDDEN", None);
    assert_eq!(stage.feed(&chat).await.len(), 2);
}
