//! `Message.reactionGroups`, `viewerState` and `ReactionChanged`.

use serde_json::{Value, json};
use shared_schema::ChatKind;

use crate::app::TestApp;

const PAGE: &str = "query($chat: ID!) { messages(chatId: $chat) { nodes { id
    reactionGroups { emoji count position lastUserIds } } } }";

const WHO: &str = "query($chat: ID!, $id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    message(chatId: $chat, id: $id) { reactionGroups {
        emoji reactions(first: $first, after: $after, last: $last, before: $before) {
            nodes { userId variant user { username } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }";

const OWN: &str = "query($chat: ID!, $from: Int!, $to: Int!) {
    viewerState(chatId: $chat, fromNumber: $from, toNumber: $to) { reactions { messageId emoji variant } } }";

#[tokio::test]
async fn a_page_shows_the_groups_of_its_messages_to_everyone_alike() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let (first, second) = (
        app.say(&ada, chat, "one").await,
        app.say(&ada, chat, "two").await,
    );
    app.react(&bob, &second, "🎉").await;
    app.react(&ada, &second, "👍").await;
    app.react(&ada, &second, "🎉").await;
    let expected = json!({ "nodes": [
        { "id": first.id, "reactionGroups": [] },
        { "id": second.id, "reactionGroups": [
            { "emoji": "🎉", "count": 2, "position": 1, "lastUserIds": [ada.id, bob.id] },
            { "emoji": "👍", "count": 1, "position": 2, "lastUserIds": [ada.id] },
        ] },
    ] });
    for person in [&ada, &bob] {
        let seen = app.ask(Some(person), PAGE, json!({ "chat": chat })).await;
        assert_eq!(seen.ok(), expected);
    }
}

#[tokio::test]
async fn a_page_that_is_shared_does_not_outlive_a_reaction() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let message = app.say(&ada, chat, "one").await;
    let count = async || {
        let seen = app
            .ask(Some(&ada), PAGE, json!({ "chat": chat }))
            .await
            .ok();
        let groups = &seen["nodes"][0]["reactionGroups"];
        groups.as_array().unwrap().len()
    };
    assert_eq!(count().await, 0);
    app.react(&ada, &message, "👍").await;
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn who_reacted_is_a_list_in_both_directions() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let message = app.say(&ada, chat, "one").await;
    for person in [&ada, &bob, &eve] {
        app.react(person, &message, "👍").await;
    }
    let page = async |paging: Value| {
        let mut variables = json!({ "chat": chat, "id": message.id });
        variables
            .as_object_mut()
            .unwrap()
            .extend(paging.as_object().unwrap().clone());
        let seen = app.ask(Some(&bob), WHO, variables).await.ok();
        seen["reactionGroups"][0]["reactions"].clone()
    };
    let ids = |page: &Value| -> Vec<Value> {
        let nodes = page["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["userId"].clone()).collect()
    };
    let (ada, bob, eve) = (json!(ada.id), json!(bob.id), json!(eve.id));
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(ids(&first), [eve.clone(), bob.clone()]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let after = first["pageInfo"]["endCursor"].clone();
    let rest = page(json!({ "first": 2, "after": after })).await;
    assert_eq!(ids(&rest), std::slice::from_ref(&ada));
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    let last = page(json!({ "last": 2 })).await;
    assert_eq!(ids(&last), [bob, ada]);
    let before = last["pageInfo"]["startCursor"].clone();
    assert_eq!(
        ids(&page(json!({ "last": 2, "before": before })).await),
        [eve]
    );
    assert_eq!(first["nodes"][0]["user"]["username"], "eve");
}

#[tokio::test]
async fn the_reactions_of_a_page_are_read_in_one_statement_each() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    for number in 0..10 {
        let message = app.say(&ada, chat, &number.to_string()).await;
        app.react(&ada, &message, "👍").await;
        app.react(&bob, &message, "🎉").await;
    }
    let document = "query($chat: ID!) { messages(chatId: $chat) { nodes {
        reactionGroups { reactions(first: 5) { nodes { userId } } } } } }";
    let seen = app
        .ask(Some(&ada), document, json!({ "chat": chat }))
        .await
        .ok();
    let nodes = seen["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 10);
    for node in nodes {
        assert_eq!(node["reactionGroups"].as_array().unwrap().len(), 2);
        assert_eq!(
            node["reactionGroups"][0]["reactions"]["nodes"],
            json!([{ "userId": ada.id }])
        );
    }
}

#[tokio::test]
async fn what_is_the_callers_own_is_asked_for_by_numbers() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let mut messages = vec![];
    for number in 1..=3 {
        messages.push(app.say(&ada, chat, &number.to_string()).await);
    }
    for message in &messages {
        app.react(&ada, message, "👍").await;
        app.react(&bob, message, "🎉").await;
    }
    let own = async |person, from: i64, to: i64| {
        let variables = json!({ "chat": chat, "from": from, "to": to });
        app.ask(Some(person), OWN, variables).await
    };
    let reaction =
        |number: usize| json!({ "messageId": messages[number].id, "emoji": "🎉", "variant": "🎉" });
    let seen = own(&bob, 2, 3).await.ok();
    assert_eq!(seen["reactions"], json!([reaction(1), reaction(2)]));
    own(&eve, 1, 3).await.assert_refused("NOT_FOUND", None);
    own(&bob, 1, 501)
        .await
        .assert_refused("BAD_USER_INPUT", "toNumber");
    own(&bob, 3, 2)
        .await
        .assert_refused("BAD_USER_INPUT", "toNumber");
    let seen = own(&bob, 1, 500).await.ok();
    assert_eq!(seen["reactions"].as_array().unwrap().len(), 3);
}

/// Whoever may read a message may see who reacted to it, and nobody else.
#[tokio::test]
async fn reactions_are_seen_by_those_who_may_read_the_message() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    let message = app.say(&ada, chat, "one").await;
    app.react(&bob, &message, "👍").await;
    let variables = json!({ "chat": chat, "id": message.id, "first": 5 });
    let seen = app.ask(Some(&eve), WHO, variables.clone()).await.ok();
    assert_eq!(
        seen["reactionGroups"][0]["reactions"]["nodes"][0]["userId"],
        json!(bob.id)
    );
    app.remove(&ada, chat, &bob).await;
    let seen = app.ask(Some(&bob), WHO, variables).await.ok();
    assert_eq!(seen, Value::Null);
}
