//! `Chat.pinnedMessages`, `MessagePinned` and `MessageUnpinned`.

use serde_json::{Value, json};
use shared_schema::{ChatKind, Cursor};

use crate::{
    app::{TestApp, kinds},
    documents::CHAT_EVENTS,
};

const PINNED: &str = "query($id: ID!, $first: Int, $after: String) { chat(id: $id) {
    pinnedMessages(first: $first, after: $after) {
        nodes { message { content } pinnedById pinnedBy { username } pinnedAt }
        pageInfo { hasNextPage hasPreviousPage endCursor } } } }";

fn texts(page: &Value) -> Vec<&str> {
    let nodes = page["pinnedMessages"]["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["message"]["content"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_newest_pin_comes_first_whatever_the_messages_are_and_pages_put_together_are_the_list()
{
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let messages = app.say_many(&ada, chat, 4).await;
    for place in [2, 0, 3] {
        app.pin(&bob, &messages[place]).await;
    }
    let ask = async |variables: Value| app.ask(Some(&ada), PINNED, variables).await.ok();
    let all = ask(json!({ "id": chat })).await;
    assert_eq!(texts(&all), ["4", "1", "3"]);
    let newest = &all["pinnedMessages"]["nodes"][0];
    assert_eq!(newest["pinnedById"], json!(bob.id));
    assert_eq!(newest["pinnedBy"]["username"], "bob");

    let first = ask(json!({ "id": chat, "first": 2 })).await;
    assert_eq!(texts(&first), ["4", "1"]);
    let info = &first["pinnedMessages"]["pageInfo"];
    assert_eq!(info["hasNextPage"], true);
    let rest = ask(json!({ "id": chat, "first": 2, "after": info["endCursor"] })).await;
    assert_eq!(texts(&rest), ["3"]);
    assert_eq!(rest["pinnedMessages"]["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn what_was_removed_is_not_listed_also_if_a_sender_of_the_release_before_left_its_pin() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let messages = app.say_many(&ada, chat, 3).await;
    for message in &messages {
        app.pin(&ada, message).await;
    }
    app.unsay(&ada, &messages[1]).await;
    let variables = json!({ "id": chat, "first": 2 });
    let shown = app.ask(Some(&ada), PINNED, variables).await.ok();
    assert_eq!(texts(&shown), ["3", "1"]);
    assert_eq!(shown["pinnedMessages"]["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn the_pins_of_many_chats_come_each_to_its_own() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for number in 1..=5 {
        let chat = app.group(&ada, &[]).await;
        let message = app.say(&ada, chat, &number.to_string()).await;
        app.pin(&ada, &message).await;
    }
    let document = "{ chats(first: 5) { nodes { pinnedMessages(first: 1) { nodes { message { content } } } } } }";
    let seen = app.ask(Some(&ada), document, json!({})).await.ok();
    let mut texts: Vec<&str> = vec![];
    for chat in seen["nodes"].as_array().unwrap() {
        texts.extend(chat["pinnedMessages"]["nodes"][0]["message"]["content"].as_str());
    }
    texts.sort_unstable();
    assert_eq!(texts, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_page_of_long_texts_is_short_and_goes_on() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.chat(ChatKind::Group, "Long", &ada, &[]).await;
    let long = "\u{1F600}".repeat(5_000);
    for _ in 0..9 {
        let message = app.say(&ada, chat, &long).await;
        app.pin(&ada, &message).await;
    }
    let mut after = Value::Null;
    let mut pages = vec![];
    loop {
        let variables = json!({ "id": chat, "after": after });
        let page = app.ask(Some(&ada), PINNED, variables).await.ok();
        pages.push(texts(&page).len());
        let info = &page["pinnedMessages"]["pageInfo"];
        if info["hasNextPage"] == false {
            break;
        }
        after = info["endCursor"].clone();
    }
    assert_eq!(pages, [6, 3]);
}

#[tokio::test]
async fn a_pin_comes_live_with_the_message_and_without_its_text_once_it_is_removed() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "a secret").await;
    let variables = |after: Option<Cursor>| json!({ "chat": chat, "after": after.map(|after| after.to_string()) });
    let mut events = app.follow(&bob, CHAT_EVENTS, variables(None)).await;
    events.next().await;
    let pinned = app.pin(&ada, &message).await;
    let unpinned = app.unpin(&ada, &message).await;
    let told = events.until(chat, unpinned.seq).await;
    assert_eq!(kinds(&told), ["MessagePinned", "MessageUnpinned"]);
    assert_eq!(told[0]["message"]["content"], "a secret");
    assert_eq!(told[0]["actorId"], json!(ada.id));
    assert_eq!(told[1]["message"]["id"], json!(message.id));

    let removed = app.unsay(&ada, &message).await;
    let beginning = Cursor::start(chat);
    let mut late = app
        .follow(&bob, CHAT_EVENTS, variables(Some(beginning)))
        .await;
    let told = late.until(chat, removed.seq).await;
    let told = told.iter().find(|event| event["seq"] == pinned.seq);
    assert_eq!(told.unwrap()["message"]["content"], Value::Null);
}
