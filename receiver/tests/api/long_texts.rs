//! Lists of what is as long as it may be: pages are shorter, and lead on.

use serde_json::{Value, json};
use shared_schema::ChatKind;

use crate::app::TestApp;

const MESSAGES: &str = "query($chat: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
    messages(chatId: $chat, first: $first, after: $after, last: $last, before: $before, around: $around) {
        nodes { number content replyTo { content } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

const CHATS: &str = "query($after: String) { chats(first: 100, after: $after) {
    nodes { id lastMessage { content replyTo { content } } } pageInfo { hasNextPage endCursor } } }";

/// The longest text there is.
fn long() -> String {
    "\u{1F600}".repeat(5_000)
}

fn numbers(page: &Value) -> Vec<i64> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn pages_of_long_messages_are_short_and_put_together_they_are_the_chat() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut last = None;
    for _ in 0..20 {
        last = Some(app.reply(&ada, chat, &long(), last).await.id);
    }
    for (size, cursor, more, next) in [
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ] {
        let mut seen = vec![];
        let mut position = Value::Null;
        loop {
            let variables = json!({ "chat": chat, size: 100, cursor: position });
            let answer = app.ask(Some(&ada), MESSAGES, variables).await;
            let page = answer.ok();
            assert!((1..=6).contains(&numbers(&page).len()), "{page}");
            seen.extend(numbers(&page));
            position = page["pageInfo"][next].clone();
            if page["pageInfo"][more] == false {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=20).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn the_message_that_a_page_is_around_is_on_it_however_long_the_others_are() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut ids = vec![];
    for _ in 0..20 {
        ids.push(app.say(&ada, chat, &long()).await.id);
    }
    for number in [1, 2, 10, 20] {
        let variables = json!({ "chat": chat, "first": 100, "around": ids[number - 1] });
        let page = app.ask(Some(&ada), MESSAGES, variables).await.ok();
        let shown = numbers(&page);
        assert!(shown.contains(&i64::try_from(number).unwrap()), "{shown:?}");
        assert!(shown.len() <= 6, "{shown:?}");
        let (first, last) = (shown[0], shown[shown.len() - 1]);
        assert_eq!(shown, (first..=last).collect::<Vec<_>>());
        assert_eq!(page["pageInfo"]["hasPreviousPage"], first > 1);
        assert_eq!(page["pageInfo"]["hasNextPage"], last < 20);
    }
}

#[tokio::test]
async fn chats_with_long_newest_messages_come_on_short_pages_and_all_of_them_come() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut chats = vec![];
    for number in 0..12 {
        let kind = ChatKind::Group;
        let chat = app.chat(kind, "A chat", &ada, &[]).await;
        let question = app.say(&ada, chat, &long()).await;
        if number % 2 == 0 {
            app.reply(&ada, chat, "short", Some(question.id)).await;
        }
        chats.push(json!(chat));
    }
    chats.reverse();
    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let answer = app.ask(Some(&ada), CHATS, json!({ "after": after })).await;
        let page = answer.ok();
        let nodes = page["nodes"].as_array().unwrap();
        assert!((1..=6).contains(&nodes.len()), "{}", nodes.len());
        assert!(
            nodes
                .iter()
                .all(|chat| chat["lastMessage"]["content"].is_string())
        );
        seen.extend(nodes.iter().map(|chat| chat["id"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, chats);
    let ids = "{ chats(first: 100) { nodes { id } } }";
    let all = app.ask(Some(&ada), ids, json!({})).await.ok();
    assert_eq!(all["nodes"].as_array().unwrap().len(), 12, "{all}");
}

#[tokio::test]
async fn an_answer_that_becomes_too_large_is_an_error_and_no_part_of_one() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for _ in 0..6 {
        app.say(&ada, chat, &long()).await;
    }
    let aliases: String = (0..20).map(|nth| format!("c{nth}: content ")).collect();
    let document = format!(
        "query($chat: ID!) {{ messages(chatId: $chat, last: 100) {{ nodes {{ {aliases} }} }} }}"
    );
    let answer = app
        .ask(Some(&ada), &document, json!({ "chat": chat }))
        .await;
    answer.assert_refused("BAD_USER_INPUT", None);
}
