//! `addParticipants`.

use serde_json::json;
use shared_schema::UserId;

use crate::app::{TestApp, cursor};

/// Defect 12: people were added and nobody was told.
#[tokio::test]
async fn many_come_with_one_event() {
    let app = TestApp::new().await;
    let people = app.people(5).await;
    let chat = app.group(&people[0], &[&people[1]]).await;
    // One takes part already, and one is named twice.
    let ids: Vec<&str> = [1, 2, 3, 4, 2]
        .iter()
        .map(|index| people[*index].id.as_str())
        .collect();
    let input = json!({ "chatId": chat, "userIds": ids });
    let payload = app
        .call(&people[0], "addParticipants", input.clone())
        .await
        .ok();
    assert_eq!(payload["participants"].as_array().unwrap().len(), 4);
    assert_eq!(cursor(&payload["cursor"]).seq, 3);

    let events = app.feed(&chat).await;
    assert_eq!(events.len(), 3);
    let added = events[2].data.as_ref().unwrap()["participants"]
        .as_array()
        .unwrap();
    assert_eq!(added.len(), 3, "only those who came");
    for person in &people[1..] {
        assert_eq!(app.kinds(&person.id).await, ["CHAT_ADDED"]);
    }
    let sql = "SELECT participant_count::bigint FROM chats WHERE id = $1";
    assert_eq!(app.number(sql, &chat).await, 5);

    let again = app.call(&people[0], "addParticipants", input).await.ok();
    assert_eq!(again["participants"].as_array().unwrap().len(), 4);
    assert_eq!(again["cursor"], payload["cursor"]);
    assert_eq!(app.feed(&chat).await.len(), 3);
}

#[tokio::test]
async fn one_unknown_user_refuses_the_whole_call() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[]).await;
    let input = json!({ "chatId": chat, "userIds": [bob.id, UserId::new().to_string()] });
    app.call(&ada, "addParticipants", input)
        .await
        .assert_refused("NOT_FOUND", "userIds");
    assert_eq!(app.feed(&chat).await.len(), 2);
    assert_eq!(app.feed(&bob.id).await.len(), 0);
}

#[tokio::test]
async fn a_call_names_1_to_250_users_of_a_group_and_comes_from_an_admin() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let many: Vec<String> = (0..251).map(|_| UserId::new().to_string()).collect();
    for users in [json!([]), json!(many)] {
        let input = json!({ "chatId": chat, "userIds": users });
        app.call(&ada, "addParticipants", input)
            .await
            .assert_refused("BAD_USER_INPUT", "userIds");
    }
    let input = json!({ "chatId": chat, "userIds": [ada.id] });
    app.call(&bob, "addParticipants", input)
        .await
        .assert_refused("FORBIDDEN", None);
    let direct = app.chat("DIRECT", &ada, &[&bob]).await;
    let input = json!({ "chatId": direct, "userIds": [bob.id] });
    app.call(&ada, "addParticipants", input)
        .await
        .assert_refused("FORBIDDEN", None);
}
