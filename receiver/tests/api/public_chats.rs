//! `publicChats`.

use serde_json::{Value, json};
use shared_schema::ChatKind;

use crate::app::TestApp;

const FIND: &str = "query($query: String, $first: Int, $after: String) {
    publicChats(query: $query, first: $first, after: $after) {
        edges { cursor takesPart unreadCount participant { role } node { id name lastMessage { id } } }
        pageInfo { hasNextPage endCursor } } }";

fn names(page: &Value) -> Vec<&str> {
    let edges = page["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["node"]["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn anyone_finds_public_chats_by_a_part_of_their_name() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    for name in ["Rust", "rusty 100%", "Go_lang", "back\\slash"] {
        app.chat(ChatKind::Public, name, &ada, &[]).await;
    }
    app.group(&ada, &[]).await;
    let gone = app.chat(ChatKind::Public, "Rust gone", &ada, &[]).await;
    app.dissolve(&ada, gone, &[&ada]).await;
    let find = async |query: Value| {
        app.ask(Some(&bob), FIND, json!({ "query": query }))
            .await
            .ok()
    };
    for (query, found) in [
        (
            Value::Null,
            vec!["back\\slash", "Go_lang", "rusty 100%", "Rust"],
        ),
        (
            json!("  "),
            vec!["back\\slash", "Go_lang", "rusty 100%", "Rust"],
        ),
        (json!("RUST"), vec!["rusty 100%", "Rust"]),
        (json!(" 100% "), vec!["rusty 100%"]),
        (json!("%"), vec!["rusty 100%"]),
        (json!("_"), vec!["Go_lang"]),
        (json!("\\"), vec!["back\\slash"]),
        (json!("nothing"), vec![]),
    ] {
        assert_eq!(names(&find(query.clone()).await), found, "{query}");
    }
}

#[tokio::test]
async fn they_say_whether_the_caller_takes_part() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[]).await;
    app.say(&ada, chat, "inside").await;
    let outside = app.ask(Some(&bob), FIND, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(outside["takesPart"], false);
    assert_eq!(outside["participant"], Value::Null);
    assert_eq!(outside["unreadCount"], 0);
    assert!(outside["node"]["lastMessage"]["id"].is_string(), "F28");
    app.add(&ada, chat, &[&bob]).await;
    app.say(&ada, chat, "for bob, too").await;
    let inside = app.ask(Some(&bob), FIND, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(inside["takesPart"], true);
    assert_eq!(inside["participant"]["role"], "MEMBER");
    assert_eq!(inside["unreadCount"], 1);
    assert!(inside["node"]["lastMessage"].is_object());
}

#[tokio::test]
async fn pages_put_together_are_the_list_and_bad_ones_are_refused() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for number in 0..7 {
        app.chat(ChatKind::Public, &format!("chat {number}"), &ada, &[])
            .await;
    }
    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let page = app
            .ask(Some(&ada), FIND, json!({ "first": 3, "after": after }))
            .await
            .ok();
        seen.extend(names(&page).into_iter().map(str::to_owned));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let expected: Vec<String> = (0..7)
        .rev()
        .map(|number| format!("chat {number}"))
        .collect();
    assert_eq!(seen, expected);
    for (variables, field) in [
        (json!({ "first": 0 }), "first"),
        (json!({ "first": 101 }), "first"),
        (json!({ "after": "x" }), "after"),
        (json!({ "query": "x".repeat(101) }), "query"),
    ] {
        app.ask(Some(&ada), FIND, variables)
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
    app.ask(None, FIND, json!({}))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

/// B16, F12: names of all scripts are found in every Unicode form and case, in any database, also by few letters.
#[tokio::test]
async fn b16_public_chats_are_found_in_every_unicode_form() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    for name in ["Zo\u{eb} et amis", "ΟΔΥΣΣΕΥΣ", "李明", "Straße", "Go"] {
        app.chat(ChatKind::Public, name, &ada, &[]).await;
    }
    for (query, found) in [
        ("zoe\u{308}", "Zo\u{eb} et amis"),
        ("ZO\u{cb}", "Zo\u{eb} et amis"),
        ("οδυσσευς", "ΟΔΥΣΣΕΥΣ"),
        ("明", "李明"),
        ("STRASSE", "Straße"),
        ("go", "Go"),
        ("am", "Zo\u{eb} et amis"),
    ] {
        let arguments = json!({ "query": query });
        let page = app.ask(Some(&bob), FIND, arguments).await.ok();
        assert_eq!(names(&page), [found], "{query}");
    }
}
