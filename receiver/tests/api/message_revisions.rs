//! `messageRevisions`: what a message said before it was edited, and who sees it.

use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind, Message};

use crate::app::{Person, TestApp};

const REVISIONS: &str = "query($chat: ID!, $id: ID!, $first: Int, $after: String) {
    messageRevisions(chatId: $chat, messageId: $id, first: $first, after: $after) {
        edges { cursor node { revision content createdAt } } pageInfo { hasNextPage endCursor } } }";

/// The message after these edits.
async fn edited(app: &TestApp, person: &Person, message: &Message, texts: &[&str]) -> Message {
    let mut message = message.clone();
    for text in texts {
        app.edit(person, &message, text).await;
        message.revision += 1;
        message.content = Some((*text).to_owned());
        message.edited_at = Some(message.created_at);
    }
    message
}

fn of(message: &Message) -> Value {
    json!({ "chat": message.chat_id, "id": message.id })
}

/// What a person sees: numbers and texts.
async fn seen(app: &TestApp, person: &Person, message: &Message) -> Vec<(i64, String)> {
    let page = app.ask(Some(person), REVISIONS, of(message)).await.ok();
    assert_eq!(page["pageInfo"]["hasNextPage"], false, "{page}");
    revisions(&page)
}

fn revisions(page: &Value) -> Vec<(i64, String)> {
    let edges = page["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            let node = &edge["node"];
            assert!(node["createdAt"].is_string());
            let text = node["content"].as_str().unwrap().to_owned();
            (node["revision"].as_i64().unwrap(), text)
        })
        .collect()
}

fn texts(texts: &[(i64, &str)]) -> Vec<(i64, String)> {
    let texts = texts.iter();
    texts.map(|(n, text)| (*n, (*text).to_owned())).collect()
}

#[tokio::test]
async fn an_edit_keeps_what_was_there_newest_first() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "one").await;
    assert_eq!(seen(&app, &bob, &message).await, texts(&[(1, "one")]));
    let message = edited(&app, &ada, &message, &["two", "three"]).await;
    let all = texts(&[(3, "three"), (2, "two"), (1, "one")]);
    assert_eq!(seen(&app, &bob, &message).await, all);
    // Page by page it is the same.
    let (mut paged, mut after) = (vec![], Value::Null);
    loop {
        let variables = json!({ "chat": chat, "id": message.id, "first": 1, "after": after });
        let page = app.ask(Some(&bob), REVISIONS, variables).await.ok();
        paged.extend(revisions(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn whoever_may_not_read_the_message_sees_nothing_of_it() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let group = app.group(&ada, &[&bob]).await;
    let public = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    let of_chat = async |chat: ChatId| {
        let message = app.say(&ada, chat, "before").await;
        edited(&app, &ada, &message, &["after"]).await
    };
    let (in_group, in_public) = (of_chat(group).await, of_chat(public).await);
    let both = texts(&[(2, "after"), (1, "before")]);
    // A visitor reads a public chat, and whoever was removed reads nothing any more.
    assert_eq!(seen(&app, &eve, &in_public).await, both);
    app.ask(Some(&eve), REVISIONS, of(&in_group))
        .await
        .assert_refused("NOT_FOUND", None);
    for message in [&in_group, &in_public] {
        assert_eq!(seen(&app, &bob, message).await, both);
        app.remove(&ada, message.chat_id, &bob).await;
        app.ask(Some(&bob), REVISIONS, of(message))
            .await
            .assert_refused("NOT_FOUND", None);
    }
    app.ask(None, REVISIONS, of(&in_group))
        .await
        .assert_refused("UNAUTHENTICATED", None);
    // The right message in the wrong chat.
    app.ask(
        Some(&ada),
        REVISIONS,
        json!({ "chat": public, "id": in_group.id }),
    )
    .await
    .assert_refused("NOT_FOUND", None);
    app.dissolve(&ada, group, &[&ada]).await;
    app.ask(Some(&ada), REVISIONS, of(&in_group))
        .await
        .assert_refused("NOT_FOUND", None);
}

#[tokio::test]
async fn what_was_removed_has_no_earlier_texts() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "one").await;
    let message = edited(&app, &ada, &message, &["two"]).await;
    // The row of a text is gone with the text, whoever takes that away: as a sender does that knows nothing of revisions.
    app.unsay(&ada, &message).await;
    let sql = "SELECT count(*) FROM message_revisions WHERE chat_id = $1";
    let left: i64 = app.owner.query_one(sql, &[&chat.0]).await.unwrap().get(0);
    assert_eq!(left, 0);
    assert_eq!(seen(&app, &bob, &message).await, []);
    // And if one were left, nobody would see it.
    let sql = "INSERT INTO message_revisions (chat_id, message_id, revision, content, written_at) VALUES ($1, $2, 1, 'one', now())";
    app.owner
        .execute(sql, &[&chat.0, &message.id.0])
        .await
        .unwrap();
    assert_eq!(seen(&app, &bob, &message).await, []);
}

#[tokio::test]
async fn a_page_ends_before_its_texts_become_too_long() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "short").await;
    let long: Vec<String> = (0..10)
        .map(|n| "\u{1f389}".repeat(4_990) + &n.to_string())
        .collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let message = edited(&app, &ada, &message, &long).await;
    let page = app.ask(Some(&bob), REVISIONS, of(&message)).await.ok();
    assert_eq!(revisions(&page).len(), 6);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let after = page["pageInfo"]["endCursor"].clone();
    let variables = json!({ "chat": chat, "id": message.id, "after": after });
    let page = app.ask(Some(&bob), REVISIONS, variables).await.ok();
    assert_eq!(revisions(&page).last(), texts(&[(1, "short")]).first());
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
}
