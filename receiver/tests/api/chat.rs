//! `chat`, with its participants.

use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind};

use crate::app::TestApp;

const CHAT: &str = "query($id: ID!, $user: ID!) { chat(id: $id) {
    id kind name description participantCount messageCount lastMessageAt createdBy
    lastMessage { content } participant(userId: $user) { role user { displayName } }
    participants(first: 2) { nodes { userId } } } }";

const PEOPLE: &str = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    chat(id: $id) { participants(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { userId user { username } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

#[tokio::test]
async fn a_participant_sees_everything() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&bob, chat, "hello").await;
    let variables = json!({ "id": chat, "user": bob.id });
    let seen = app.ask(Some(&ada), CHAT, variables).await.ok();
    assert_eq!(seen["kind"], "GROUP");
    assert_eq!(seen["name"], "A chat");
    assert_eq!(seen["participantCount"], 2);
    assert_eq!(seen["messageCount"], 1);
    assert_eq!(seen["createdBy"], ada.id.to_string());
    assert_eq!(seen["lastMessage"]["content"], "hello");
    assert_eq!(
        seen["participant"],
        json!({ "role": "MEMBER", "user": { "displayName": "Bob" } })
    );
    assert_eq!(seen["participants"]["nodes"].as_array().unwrap().len(), 2);
}

/// F28: public chats could not be looked at before joining. Whoever left or was removed must join again.
#[tokio::test]
async fn f28_a_public_chat_can_be_looked_at_by_those_who_never_took_part() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    app.say(&ada, chat, "inside").await;
    let variables = json!({ "id": chat, "user": ada.id });
    let seen = app.ask(Some(&eve), CHAT, variables.clone()).await.ok();
    assert_eq!(
        (&seen["name"], &seen["messageCount"]),
        (&json!("Public"), &json!(1))
    );
    assert_eq!(seen["lastMessage"]["content"], "inside");
    assert_eq!(seen["participant"], Value::Null);
    let people = seen["participants"]["nodes"].as_array().unwrap();
    assert_eq!(people.len(), 2);
    // Who has read how far is for those who take part.
    let marks = "query ($id: ID!) { chat(id: $id) { participants { nodes { lastReadNumber joinedNumber } } } }";
    let seen = app.ask(Some(&eve), marks, json!({ "id": chat })).await.ok();
    let nothing = json!({ "lastReadNumber": 0, "joinedNumber": 0 });
    assert_eq!(seen["participants"]["nodes"], json!([nothing, nothing]));
    let last = "query ($id: ID!) { chat(id: $id) { participants(last: 2) { nodes { userId } } } }";
    let seen = app.ask(Some(&eve), last, json!({ "id": chat })).await.ok();
    assert_eq!(seen["participants"]["nodes"], json!([]), "only the start");

    // Neither who was removed, nor, once they have left, who joined in between.
    app.remove(&ada, chat, &bob).await;
    app.add(&ada, chat, &[&eve]).await;
    app.remove(&eve, chat, &eve).await;
    for person in [&bob, &eve] {
        let seen = app.ask(Some(person), CHAT, variables.clone()).await.ok();
        assert_eq!(seen["name"], "Public", "it is there to be joined again");
        assert_eq!(seen["lastMessage"], Value::Null);
        assert_eq!(seen["participants"]["nodes"], json!([]));
        assert_eq!(seen["participant"], Value::Null);
    }
}

#[tokio::test]
async fn who_left_a_public_chat_sees_its_facts_and_not_its_inside() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app
        .chat(ChatKind::Public, "Public", &ada, &[&bob, &eve])
        .await;
    app.say(&ada, chat, "inside").await;
    app.remove(&ada, chat, &eve).await;
    let variables = json!({ "id": chat, "user": ada.id });
    let seen = app.ask(Some(&eve), CHAT, variables).await.ok();
    assert_eq!(
        (&seen["name"], &seen["messageCount"]),
        (&json!("Public"), &json!(1))
    );
    assert_eq!(seen["lastMessage"], Value::Null);
    assert_eq!(seen["participant"], Value::Null);
    assert_eq!(seen["participants"]["nodes"], json!([]));
}

#[tokio::test]
async fn not_yours_and_not_there_are_both_null() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let gone = app.group(&ada, &[&bob]).await;
    app.remove(&ada, chat, &bob).await;
    app.dissolve(&ada, gone, &[&ada, &bob]).await;
    for (person, id) in [
        (&eve, chat),
        (&bob, chat),
        (&ada, gone),
        (&eve, ChatId::new()),
    ] {
        let variables = json!({ "id": id, "user": ada.id });
        let answer = app.ask(Some(person), CHAT, variables).await;
        assert_eq!(answer.ok(), Value::Null);
    }
    let variables = json!({ "id": chat, "user": ada.id });
    app.ask(None, CHAT, variables)
        .await
        .assert_refused("UNAUTHENTICATED", None);
    let variables = json!({ "id": "not a uuid", "user": ada.id });
    app.ask(Some(&ada), CHAT, variables)
        .await
        .assert_refused("BAD_USER_INPUT", None);
}

#[tokio::test]
async fn participants_can_be_paged_from_both_ends() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut everyone = vec![ada.id.to_string()];
    for number in 0..11 {
        let person = app.person(&format!("person-{number}")).await;
        app.add(&ada, chat, &[&person]).await;
        everyone.push(person.id.to_string());
    }
    for (size, from, to, forward) in [
        ("first", "after", "endCursor", true),
        ("last", "before", "startCursor", false),
    ] {
        let mut seen: Vec<String> = vec![];
        let mut edge = Value::Null;
        loop {
            let mut variables = json!({ "id": chat });
            variables[size] = json!(5);
            variables[from] = edge.clone();
            let page = app.ask(Some(&ada), PEOPLE, variables).await.ok()["participants"].clone();
            let ids = page["edges"].as_array().unwrap().iter();
            let ids: Vec<String> = ids
                .map(|edge| edge["node"]["userId"].as_str().unwrap().to_owned())
                .collect();
            let more = if forward {
                seen.extend(ids);
                &page["pageInfo"]["hasNextPage"]
            } else {
                seen.splice(0..0, ids);
                &page["pageInfo"]["hasPreviousPage"]
            };
            if more == false {
                break;
            }
            edge = page["pageInfo"][to].clone();
        }
        assert_eq!(seen, everyone, "{size}");
    }
    let whole = app
        .ask(Some(&ada), PEOPLE, json!({ "id": chat }))
        .await
        .ok();
    assert_eq!(whole["participants"]["edges"].as_array().unwrap().len(), 12);
    for (variables, field) in [
        (json!({ "id": chat, "first": 101 }), "first"),
        (json!({ "id": chat, "last": 0 }), "last"),
        (json!({ "id": chat, "first": 1, "last": 1 }), "last"),
        (json!({ "id": chat, "after": "1" }), "after"),
        (json!({ "id": chat, "last": 1, "before": "x.y" }), "before"),
    ] {
        let answer = app.ask(Some(&ada), PEOPLE, variables).await;
        answer.assert_refused("BAD_USER_INPUT", field);
    }
}

#[tokio::test]
async fn whoever_closed_their_account_is_shown_without_a_profile() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&bob, chat, "bye").await;
    app.deactivate(&bob).await;
    let document = "query($id: ID!) { chat(id: $id) {
        lastMessage { senderUsername sender { id } } participants { nodes { userId user { id } } } } }";
    let seen = app
        .ask(Some(&ada), document, json!({ "id": chat }))
        .await
        .ok();
    assert_eq!(
        seen["lastMessage"],
        json!({ "senderUsername": "bob", "sender": null })
    );
    let nodes = seen["participants"]["nodes"].as_array().unwrap();
    let gone = nodes
        .iter()
        .find(|node| node["userId"] == bob.id.to_string())
        .unwrap();
    assert_eq!(gone["user"], Value::Null);
}
