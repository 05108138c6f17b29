//! `myMessages`: what the caller has written, also where they are no longer.

use std::time::Duration;

use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind};

use crate::app::{Person, TestApp};

const MINE: &str = "query($chat: ID, $first: Int! = 20, $after: String) {
    myMessages(first: $first, after: $after, chatId: $chat) {
        complete searchedBackTo pageInfo { hasNextPage endCursor }
        edges { cursor node { chatId number content threadRootId revision chat { id } } } } }";

/// The texts, each with whether it leads to its chat.
async fn mine(app: &TestApp, person: &Person, chat: Option<ChatId>) -> Vec<(String, bool)> {
    let page = app
        .ask(Some(person), MINE, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(page["complete"], true, "{page}");
    assert_eq!(page["pageInfo"]["hasNextPage"], false, "{page}");
    assert_eq!(page["searchedBackTo"], Value::Null, "{page}");
    let edges = page["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| {
            let node = &edge["node"];
            let leads = node["chat"]["id"] == node["chatId"];
            assert!(leads || node["chat"].is_null());
            (node["content"].as_str().unwrap().to_owned(), leads)
        })
        .collect()
}

fn texts(texts: &[(&str, bool)]) -> Vec<(String, bool)> {
    let texts = texts.iter();
    texts
        .map(|(text, leads)| ((*text).to_owned(), *leads))
        .collect()
}

#[tokio::test]
async fn the_list_has_what_the_caller_wrote_in_all_chats_newest_first() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let group = app.group(&ada, &[&bob]).await;
    let direct = app.chat(ChatKind::Direct, "", &ada, &[&eve]).await;
    let first = app.say(&ada, group, "one").await;
    app.say(&bob, group, "not mine").await;
    app.say(&ada, direct, "two").await;
    app.reply_in_thread(&ada, &first, "three").await;
    let removed = app.say(&ada, direct, "never said").await;
    app.unsay(&ada, &removed).await;
    app.edit(&ada, &first, "one, edited").await;
    let all = [("three", true), ("two", true), ("one, edited", true)];
    assert_eq!(mine(&app, &ada, None).await, texts(&all));
    assert_eq!(mine(&app, &ada, Some(direct)).await, texts(&all[1..2]));
    assert_eq!(mine(&app, &bob, None).await, texts(&[("not mine", true)]));
    assert_eq!(mine(&app, &eve, None).await, []);
    assert_eq!(mine(&app, &eve, Some(group)).await, []);
    app.ask(None, MINE, json!({}))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

/// What one has written stays one's own. Nothing else of such a chat is to be seen, not even that it still exists.
#[tokio::test]
async fn what_was_written_in_a_chat_that_one_left_stays_without_the_chat() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let group = app.group(&ada, &[&bob]).await;
    let public = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    app.say(&bob, group, "in the group").await;
    app.say(&bob, public, "in public").await;
    app.remove(&ada, group, &bob).await;
    app.remove(&bob, public, &bob).await;
    app.say_many(&ada, group, 300).await;
    let left = [("in public", false), ("in the group", false)];
    assert_eq!(mine(&app, &bob, None).await, texts(&left));
    assert_eq!(mine(&app, &bob, Some(group)).await, texts(&left[1..]));
    // Back again, it has what was written before and after.
    app.add(&ada, group, &[&bob]).await;
    app.say(&bob, group, "again").await;
    let back = [
        ("again", true),
        ("in public", false),
        ("in the group", true),
    ];
    assert_eq!(mine(&app, &bob, None).await, texts(&back));
    // What is removed is gone, also from one's own list.
    app.dissolve(&ada, group, &[&ada, &bob]).await;
    assert_eq!(mine(&app, &bob, None).await, texts(&left[..1]));
    assert_eq!(mine(&app, &bob, Some(group)).await, []);
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut expected = vec![];
    let mut chats = vec![];
    for _ in 0..4 {
        chats.push(app.group(&ada, &[&bob]).await);
    }
    for number in 0..30 {
        let chat = chats[(number * number) % chats.len()];
        app.say(&bob, chat, "another's").await;
        let message = app.say(&ada, chat, &number.to_string()).await;
        expected.push((message.created_at, chat, number.to_string()));
    }
    // In one chat nothing is hers for long, and in another she is no more.
    app.say_many(&bob, chats[0], 1_000).await;
    app.remove(&bob, chats[1], &ada).await;
    expected.sort();
    expected.reverse();
    let expected: Vec<String> = expected.into_iter().map(|(_, _, text)| text).collect();
    for first in [1, 7, 100] {
        let (mut seen, mut after) = (vec![], Value::Null);
        loop {
            let variables = json!({ "first": first, "after": after });
            let page = app.ask(Some(&ada), MINE, variables).await.ok();
            let edges = page["edges"].as_array().unwrap();
            let text = |edge: &Value| edge["node"]["content"].as_str().unwrap().to_owned();
            seen.extend(edges.iter().map(text));
            let more = page["pageInfo"]["hasNextPage"] == true;
            assert_eq!(page["searchedBackTo"].is_string(), more, "{page}");
            if !more {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen, expected, "{first} at once");
    }
    for variables in [
        json!({ "first": 0 }),
        json!({ "first": 101 }),
        json!({ "after": "x" }),
    ] {
        let answer = app.ask(Some(&ada), MINE, variables.clone()).await;
        assert!(answer.is_refused(), "{variables}");
    }
}

/// A list never says that there is nothing where it only stopped looking.
#[tokio::test]
async fn a_list_that_stops_looking_says_so_and_goes_on() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&bob, chat, "once, long ago").await;
    app.say_many(&ada, chat, 1_000).await;
    // The first look at the newest messages takes longer than the whole list may.
    let lock = "BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE";
    app.owner.batch_execute(lock).await.unwrap();
    let unlock = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        app.owner.batch_execute("COMMIT").await.unwrap();
    };
    let (page, ()) = tokio::join!(app.ask(Some(&bob), MINE, json!({})), unlock);
    let page = page.ok();
    assert_eq!(page["edges"], json!([]));
    assert_eq!(page["complete"], false);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert!(page["searchedBackTo"].is_string());
    let after = page["pageInfo"]["endCursor"].clone();
    let page = app.ask(Some(&bob), MINE, json!({ "after": after })).await;
    let page = page.ok();
    assert_eq!(page["complete"], true, "{page}");
    assert_eq!(page["edges"][0]["node"]["content"], "once, long ago");
}
