//! `publicChats`.

use serde_json::{Value, json};
use shared_schema::ChatKind;

use crate::stage::Stage;

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
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    for name in ["Rust", "rusty 100%", "Go_lang", "back\\slash"] {
        stage.chat(ChatKind::Public, name, &ada, &[]).await;
    }
    stage.group(&ada, &[]).await;
    let gone = stage.chat(ChatKind::Public, "Rust gone", &ada, &[]).await;
    stage.dissolve(&ada, gone, &[&ada]).await;
    let find = async |query: Value| {
        stage
            .ask(Some(&bob), FIND, json!({ "query": query }))
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
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    let chat = stage.chat(ChatKind::Public, "Public", &ada, &[]).await;
    stage.say(&ada, chat, "inside").await;
    let outside = stage.ask(Some(&bob), FIND, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(outside["takesPart"], false);
    assert_eq!(outside["participant"], Value::Null);
    assert_eq!(outside["unreadCount"], 0);
    assert!(outside["node"]["lastMessage"]["id"].is_string(), "F28");
    stage.add(&ada, chat, &[&bob]).await;
    stage.say(&ada, chat, "for bob, too").await;
    let inside = stage.ask(Some(&bob), FIND, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(inside["takesPart"], true);
    assert_eq!(inside["participant"]["role"], "MEMBER");
    assert_eq!(inside["unreadCount"], 1);
    assert!(inside["node"]["lastMessage"].is_object());
}

#[tokio::test]
async fn pages_put_together_are_the_list_and_bad_ones_are_refused() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    for number in 0..7 {
        stage
            .chat(ChatKind::Public, &format!("chat {number}"), &ada, &[])
            .await;
    }
    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let page = stage
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
        stage
            .ask(Some(&ada), FIND, variables)
            .await
            .is("BAD_USER_INPUT", field);
    }
    stage
        .ask(None, FIND, json!({}))
        .await
        .is("UNAUTHENTICATED", None);
}

/// B16, F12: names of all scripts are found in every Unicode form and case, in any database, also by few letters.
#[tokio::test]
async fn b16_public_chats_are_found_in_every_unicode_form() {
    let stage = Stage::new().await;
    let (ada, bob, _) = stage.trio().await;
    for name in ["Zo\u{eb} et amis", "ΟΔΥΣΣΕΥΣ", "李明", "Straße", "Go"] {
        stage.chat(ChatKind::Public, name, &ada, &[]).await;
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
        let page = stage.ask(Some(&bob), FIND, arguments).await.ok();
        assert_eq!(names(&page), [found], "{query}");
    }
}
