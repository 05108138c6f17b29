//! Pages of messages are executed once for everyone who asks the same of a chat, and are never old.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{Person, TestApp};

const EXECUTED: &str = "receiver_pages_executed_total";

const PAGE: &str = "query Page($chat: ID!, $last: Int = 3) { messages(chatId: $chat, last: $last) {
    nodes { number content revision sender { displayName } } pageInfo { hasPreviousPage } } }";

fn contents(page: &Value) -> Vec<Option<&str>> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["content"].as_str()).collect()
}

#[tokio::test]
async fn everyone_who_asks_at_once_is_answered_with_one_execution_at_most_a_second_old() {
    let app = TestApp::new().await;
    let mut people: Vec<Person> = vec![];
    for number in 0..10 {
        people.push(app.person(&format!("person-{number}")).await);
    }
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;
    app.say_many(&people[0], chat, 5).await;
    let before = app.metric(EXECUTED).await;
    let begun = Instant::now();
    let everyone = people
        .iter()
        .map(|person| app.ask(Some(person), PAGE, json!({ "chat": chat })));
    for answer in join_all(everyone).await {
        assert_eq!(contents(&answer.ok()), [Some("3"), Some("4"), Some("5")]);
    }
    let seconds = begun.elapsed().as_secs() + 1;
    let executed = app.metric(EXECUTED).await - before;
    assert!(
        (1.0..=seconds as f64).contains(&executed),
        "{executed} executions in less than {seconds} s"
    );
    // Other variables are another question, and so is a literal.
    let two = json!({ "chat": chat, "last": 2 });
    let answer = app.ask(Some(&people[1]), PAGE, two).await.ok();
    assert_eq!(contents(&answer), [Some("4"), Some("5")]);
    let literal = format!("{{ messages(chatId: \"{chat}\", last: 1) {{ nodes {{ content }} }} }}");
    let answer = app.ask(Some(&people[1]), &literal, json!({})).await.ok();
    assert_eq!(contents(&answer), [Some("5")]);
}

#[tokio::test]
async fn a_page_has_everything_that_happened_before_it_was_asked_for() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let page = || async {
        let page = app.ask(Some(&bob), PAGE, json!({ "chat": chat })).await;
        page.ok()
    };
    // Without a hint: what is in Postgres counts, not what was heard.
    app.publisher.mute();
    for round in 0..20 {
        let text = format!("message {round}");
        let message = app.say(&ada, chat, &text).await;
        assert_eq!(contents(&page().await).last().unwrap(), &Some(&*text));
        app.edit(&ada, &message, "edited").await;
        let last = page().await["nodes"].as_array().unwrap().last().cloned();
        assert_eq!(last.unwrap()["revision"], 2);
        if round % 2 == 0 {
            app.unsay(&ada, &message).await;
            assert_eq!(contents(&page().await).last().unwrap(), &None);
        }
    }
}

#[tokio::test]
async fn a_page_that_others_have_asked_for_is_given_to_nobody_who_may_not_read_it() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, chat, "secret").await;
    let ask = |person: Option<Person>| {
        let app = &app;
        async move {
            app.ask(person.as_ref(), PAGE, json!({ "chat": chat }))
                .await
        }
    };
    for _ in 0..2 {
        assert_eq!(
            contents(&ask(Some(bob.clone())).await.ok()),
            [Some("secret")]
        );
        ask(Some(eve.clone()))
            .await
            .assert_refused("NOT_FOUND", None);
        ask(None).await.assert_refused("UNAUTHENTICATED", None);
    }
    app.remove(&ada, chat, &bob).await;
    ask(Some(bob.clone()))
        .await
        .assert_refused("NOT_FOUND", None);
    app.add(&ada, chat, &[&bob]).await;
    ask(Some(bob)).await.ok();
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_said_to_each() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for _ in 0..2 {
        let many = json!({ "chat": chat, "last": 1_000 });
        let answer = app.ask(Some(&ada), PAGE, many).await;
        answer.assert_refused("BAD_USER_INPUT", "last");
    }
}

#[tokio::test]
async fn a_page_without_what_may_change_is_kept_while_nothing_happens_in_its_chat() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    app.say(&ada, chat, "hello").await;
    let nameless = "query ($chat: ID!) { messages(chatId: $chat) { nodes { content } } }";
    for (document, executions) in [(nameless, 1.0), (PAGE, 2.0)] {
        let before = app.metric(EXECUTED).await;
        for _ in 0..2 {
            let answer = app.ask(Some(&ada), document, json!({ "chat": chat }));
            assert_eq!(contents(&answer.await.ok()), [Some("hello")]);
            tokio::time::sleep(Duration::from_millis(1_200)).await;
        }
        let executed = app.metric(EXECUTED).await - before;
        assert_eq!(executed, executions, "{document}");
    }
}

#[tokio::test]
async fn a_changed_name_is_shown_within_three_seconds() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.say(&ada, chat, "hello").await;
    let name = || async {
        let page = app.ask(Some(&bob), PAGE, json!({ "chat": chat })).await;
        page.ok()["nodes"][0]["sender"]["displayName"].clone()
    };
    name().await;
    app.rename_person(&ada, "Augusta").await;
    let renamed = Instant::now();
    while name().await != "Augusta" {
        assert!(
            renamed.elapsed() < Duration::from_secs(4),
            "still {}",
            name().await
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
