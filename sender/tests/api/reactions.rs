//! Many reactions at once: they share transactions, and every count is right.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const EMOJI: [&str; 5] = ["👍", "❤️", "😂", "🎉", "👀"];

async fn crowd(app: &TestApp, size: usize) -> (Vec<Person>, String, Value) {
    let names: Vec<String> = (0..size).map(|number| format!("person{number}")).collect();
    let people = join_all(names.iter().map(|name| app.person(name))).await;
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;
    let message = app.say(&people[0], &chat, "react!").await["id"].clone();
    (people, chat, message)
}

#[tokio::test]
async fn a_crowd_on_two_senders_leads_to_what_counting_gives() {
    let app = TestApp::with(2, lab_stack::servers::shared().redis_url()).await;
    let (people, chat, message) = crowd(&app, 24).await;
    let toggles = people.iter().enumerate().map(async |(number, person)| {
        for round in 0..10 {
            let emoji = EMOJI[(number + round) % EMOJI.len()];
            let mutation = match round % 3 {
                2 => "removeReaction",
                _ => "addReaction",
            };
            let input = json!({ "chatId": chat, "messageId": message, "emoji": emoji });
            app.call_at((number + round) % 2, person, mutation, input)
                .await
                .ok();
        }
    });
    join_all(toggles).await;

    let rows = app
        .owner
        .query("SELECT emoji, count(*) FROM reactions GROUP BY emoji", &[])
        .await
        .unwrap();
    let counted: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let rows = app
        .owner
        .query("SELECT emoji, count::bigint FROM reaction_groups", &[])
        .await
        .unwrap();
    let groups: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(groups, counted);

    // The last event of each emoji says the same.
    let mut told = BTreeMap::new();
    for event in app.feed(&chat).await {
        if event.kind == "REACTION_CHANGED" {
            let group = event.data.unwrap()["group"].clone();
            let emoji = group["emoji"].as_str().unwrap().to_owned();
            told.insert(emoji, group["count"].as_i64().unwrap());
        }
    }
    told.retain(|_, count| *count > 0);
    assert_eq!(told, counted);
}

#[tokio::test]
async fn reactions_that_arrive_together_share_transactions() {
    let app = TestApp::new().await;
    let (people, chat, message) = crowd(&app, 40).await;
    let reactions = people.iter().map(|person| {
        let input = json!({ "chatId": chat, "messageId": message, "emoji": "👍" });
        app.call(person, "addReaction", input)
    });
    for response in join_all(reactions).await {
        response.ok();
    }
    let transactions = app.metric(0, "sender_batch_reactions_count ").await;
    assert_eq!(app.metric(0, "sender_batch_reactions_sum ").await, 40.0);
    assert!(transactions < 20.0, "{transactions} transactions");
}
