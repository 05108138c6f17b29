//! `joinChat`.

use serde_json::json;

use crate::app::{TestApp, cursor};

#[tokio::test]
async fn anyone_joins_a_public_chat_once() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("PUBLIC", &ada, &[]).await;
    app.say(&ada, &chat, "welcome").await;
    let message = json!({ "chatId": chat, "content": "hello" });
    let answer = app.call(&bob, "createMessage", message.clone()).await;
    answer.assert_refused("FORBIDDEN", None);
    assert_eq!(answer.message(), "Join the chat first.");

    let input = json!({ "chatId": chat });
    let payload = app.call(&bob, "joinChat", input.clone()).await.ok();
    assert_eq!(payload["chat"]["participantCount"], 2);
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(
        payload["participant"]["lastReadNumber"], 1,
        "nothing to catch up on"
    );
    assert_eq!(cursor(&payload["cursor"]).seq, 4);
    assert_eq!(app.kinds(&bob.id).await, ["CHAT_ADDED"]);

    let again = app.call(&bob, "joinChat", input).await.ok();
    assert_eq!(again, payload);
    assert_eq!(app.feed(&chat).await.len(), 4);
    app.call(&bob, "createMessage", message).await.ok();
}

/// The lobby of a new installation is such a chat.
#[tokio::test]
async fn whoever_joins_a_chat_without_participants_owns_it() {
    let app = TestApp::new().await;
    let lobby = migrations::LOBBY.to_string();
    let owner = app.database.owner_url().parse().unwrap();
    assert!(migrations::create_lobby_on(&owner, "Lobby").await.unwrap());
    assert_eq!(app.kinds(&lobby).await, ["CHAT_CREATED"]);
    let people = [app.person("ada").await, app.person("bob").await];
    for (person, role) in people.iter().zip(["OWNER", "MEMBER"]) {
        let payload = app
            .call(person, "joinChat", json!({ "chatId": lobby }))
            .await
            .ok();
        assert_eq!(payload["participant"]["role"], role);
        assert_eq!(payload["chat"]["name"], "Lobby");
    }
    app.say(&people[1], &lobby, "hello").await;
}

#[tokio::test]
async fn coming_back_takes_the_old_place_with_a_fresh_start() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.chat("PUBLIC", &ada, &[&bob]).await;
    app.promote(&ada, &chat, &bob, "ADMIN").await;
    let input = json!({ "chatId": chat });
    app.call(&bob, "leaveChat", input.clone()).await.ok();
    app.say(&ada, &chat, "meanwhile").await;
    let payload = app.call(&bob, "joinChat", input).await.ok();
    assert_eq!(payload["participant"]["role"], "MEMBER");
    assert_eq!(payload["participant"]["lastReadNumber"], 1);
    let sql = "SELECT count(*) FROM participants WHERE chat_id = $1";
    assert_eq!(app.number(sql, &chat).await, 2, "one row per person");
    let sql = "SELECT joined_seq FROM participants WHERE chat_id = $1 AND left_seq IS NULL AND role = 'MEMBER'";
    assert_eq!(app.number(sql, &chat).await, 6);
    assert_eq!(
        app.kinds(&bob.id).await,
        ["CHAT_ADDED", "CHAT_LEFT", "CHAT_ADDED"]
    );
}

#[tokio::test]
async fn a_group_cannot_be_joined() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[]).await;
    let input = json!({ "chatId": chat });
    app.call(&bob, "joinChat", input.clone())
        .await
        .assert_refused("NOT_FOUND", "chatId");
    app.call(&ada, "joinChat", input)
        .await
        .assert_refused("FORBIDDEN", None);
    assert_eq!(app.feed(&chat).await.len(), 2);
}
