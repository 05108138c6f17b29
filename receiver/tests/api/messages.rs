//! `messages`.

use serde_json::{Value, json};
use shared_schema::{ChatId, MessageId};

use crate::app::TestApp;

const MESSAGES: &str = "query($chat: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID, $aroundNumber: Int, $aroundTime: DateTime,
    $atLeast: Cursor) {
    messages(chatId: $chat, first: $first, after: $after, last: $last, before: $before, around: $around, aroundNumber: $aroundNumber,
        aroundTime: $aroundTime, atLeast: $atLeast) {
        edges { cursor node { id number content revision senderUsername sender { username }
                              replyTo { content sender { username } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

fn numbers(page: &Value) -> Vec<i64> {
    let edges = page["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["node"]["number"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn without_arguments_it_is_the_newest_fifty_oldest_first() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let empty = app
        .ask(Some(&bob), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(numbers(&empty), [0; 0]);
    app.say_many(&ada, chat, 60).await;
    let page = app
        .ask(Some(&bob), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(numbers(&page), (11..=60).collect::<Vec<_>>());
    assert_eq!(page["pageInfo"]["hasPreviousPage"], true);
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
    assert_eq!(page["edges"][0]["node"]["senderUsername"], "ada");
    assert_eq!(page["edges"][0]["node"]["sender"]["username"], "ada");
}

#[tokio::test]
async fn pages_put_together_are_the_chat_in_both_directions() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    app.say_many(&ada, chat, 23).await;
    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let variables = json!({ "chat": chat, "first": 7, "after": after });
        let page = app.ask(Some(&ada), MESSAGES, variables).await.ok();
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_null());
        seen.extend(numbers(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, (1..=23).collect::<Vec<_>>());
    let mut seen: Vec<i64> = vec![];
    let mut before = Value::Null;
    loop {
        let variables = json!({ "chat": chat, "last": 7, "before": before });
        let page = app.ask(Some(&ada), MESSAGES, variables).await.ok();
        seen.splice(0..0, numbers(&page));
        before = page["pageInfo"]["startCursor"].clone();
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    assert_eq!(seen, (1..=23).collect::<Vec<_>>());
    let between = json!({ "chat": chat, "first": 100, "after": "5", "before": "9" });
    let page = app.ask(Some(&ada), MESSAGES, between).await.ok();
    assert_eq!(numbers(&page), [6, 7, 8]);
}

#[tokio::test]
async fn around_puts_a_message_in_the_middle() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let messages = app.say_many(&ada, chat, 30).await;
    for (number, first, expected, previous, next) in [
        (15, 5, 13..=17, true, true),
        (1, 5, 1..=5, false, true),
        (2, 4, 1..=4, false, true),
        (30, 5, 28..=30, true, false),
        (15, 1, 15..=15, true, true),
        (15, 100, 1..=30, false, false),
    ] {
        let around = messages[number - 1].id;
        let variables = json!({ "chat": chat, "around": around, "first": first });
        let page = app.ask(Some(&ada), MESSAGES, variables).await.ok();
        assert_eq!(
            numbers(&page),
            expected.collect::<Vec<_>>(),
            "{number}, {first}"
        );
        assert_eq!(
            page["pageInfo"]["hasPreviousPage"], previous,
            "{number}, {first}"
        );
        assert_eq!(page["pageInfo"]["hasNextPage"], next, "{number}, {first}");
    }
    let other = app.group(&ada, &[]).await;
    let elsewhere = app.say(&ada, other, "elsewhere").await;
    for around in [elsewhere.id, MessageId::new()] {
        let variables = json!({ "chat": chat, "around": around });
        app.ask(Some(&ada), MESSAGES, variables)
            .await
            .assert_refused("NOT_FOUND", None);
    }
    for extra in [
        json!({ "last": 5 }),
        json!({ "after": "3" }),
        json!({ "before": "3" }),
    ] {
        let mut variables = json!({ "chat": chat, "around": messages[0].id });
        for (name, value) in extra.as_object().unwrap() {
            variables[name] = value.clone();
        }
        app.ask(Some(&ada), MESSAGES, variables)
            .await
            .assert_refused("BAD_USER_INPUT", "around");
    }
}

#[tokio::test]
async fn around_also_takes_a_number_or_a_time() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let page = async |variables: Value| {
        let page = app.ask(Some(&ada), MESSAGES, variables).await.ok();
        numbers(&page)
    };
    for nothing in [
        json!({ "chat": chat, "aroundNumber": 3 }),
        json!({ "chat": chat, "aroundTime": "2026-03-01T00:00:00Z" }),
    ] {
        assert_eq!(page(nothing).await, [0; 0]);
    }
    app.say_many(&ada, chat, 30).await;
    // One a day, from the first of March on, but for the last ten, which were sent on one day.
    app.owner
        .execute(
            "UPDATE messages SET created_at = timestamptz '2026-03-01 12:00:00Z' + least(number - 1, 20) * interval '1 day'
             WHERE chat_id = $1",
            &[&chat.0],
        )
        .await
        .unwrap();
    for (time, middle) in [
        ("1990-01-01T00:00:00Z", 1),
        ("2026-03-01T12:00:00Z", 1),
        ("2026-03-01T12:00:00.000001Z", 2),
        ("2026-03-15T00:00:00Z", 15),
        ("2026-03-15T14:00:00+02:00", 15),
        ("2026-03-21T00:00:00Z", 21),
        ("2026-03-22T00:00:00Z", 30),
        ("2100-01-01T00:00:00Z", 30),
    ] {
        let variables = json!({ "chat": chat, "aroundTime": time, "first": 1 });
        assert_eq!(page(variables).await, [middle], "{time}");
    }
    for (number, expected) in [
        (1, vec![1, 2, 3]),
        (15, vec![14, 15, 16]),
        (31, vec![29, 30]),
        (9_000, vec![29, 30]),
    ] {
        let variables = json!({ "chat": chat, "aroundNumber": number, "first": 3 });
        assert_eq!(page(variables).await, expected, "{number}");
    }
    for (wrong, field) in [
        (json!({ "aroundNumber": 0 }), "aroundNumber"),
        (
            json!({ "aroundNumber": 1, "around": MessageId::new() }),
            "around",
        ),
        (
            json!({ "aroundNumber": 1, "aroundTime": "2026-03-15T00:00:00Z" }),
            "around",
        ),
        (json!({ "aroundNumber": 1, "last": 2 }), "around"),
    ] {
        let mut variables = json!({ "chat": chat });
        variables
            .as_object_mut()
            .unwrap()
            .extend(wrong.as_object().unwrap().clone());
        let answer = app.ask(Some(&ada), MESSAGES, variables).await;
        answer.assert_refused("BAD_USER_INPUT", field);
    }
}

#[tokio::test]
async fn a_reply_shows_what_it_answers_and_a_removed_message_shows_nothing() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let first = app.say(&ada, chat, "question").await;
    app.reply(&bob, chat, "answer", Some(first.id)).await;
    let page = app
        .ask(Some(&bob), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    let quoted = &page["edges"][1]["node"]["replyTo"];
    assert_eq!(
        *quoted,
        json!({ "content": "question", "sender": { "username": "ada" } })
    );
    app.unsay(&ada, &first).await;
    let page = app
        .ask(Some(&bob), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(page["edges"][0]["node"]["content"], Value::Null);
    assert_eq!(page["edges"][0]["node"]["number"], 1);
    assert_eq!(page["edges"][0]["node"]["revision"], 2);
    assert_eq!(page["edges"][1]["node"]["replyTo"]["content"], Value::Null);
}

#[tokio::test]
async fn not_yours_and_not_there_are_the_same_refusal() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let public = app
        .chat(shared_schema::ChatKind::Public, "Public", &ada, &[])
        .await;
    let gone = app.group(&ada, &[]).await;
    app.remove(&ada, chat, &bob).await;
    app.add(&ada, public, &[&bob]).await;
    app.remove(&ada, public, &bob).await;
    app.dissolve(&ada, gone, &[&ada]).await;
    let mut answers = vec![];
    for (person, chat) in [
        (&eve, chat),
        (&bob, chat),
        (&bob, public),
        (&ada, gone),
        (&eve, ChatId::new()),
    ] {
        let answer = app
            .ask(Some(person), MESSAGES, json!({ "chat": chat }))
            .await;
        answer.assert_refused("NOT_FOUND", None);
        answers.push(answer.without_trace());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let answer = app.ask(None, MESSAGES, json!({ "chat": chat })).await;
    answer.assert_refused("UNAUTHENTICATED", None);
}

/// F28, and what is shared: the page that participants read is given to those who only look, and to nobody who left.
#[tokio::test]
async fn f28_the_messages_of_a_public_chat_are_read_by_those_who_never_took_part() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app
        .chat(shared_schema::ChatKind::Public, "Public", &ada, &[&bob])
        .await;
    app.say(&ada, chat, "inside").await;
    let ask = async |person| {
        app.ask(Some(person), MESSAGES, json!({ "chat": chat }))
            .await
    };
    // The page is made for a participant, then read by a visitor, and the other way round.
    for people in [[&bob, &eve], [&eve, &bob]] {
        app.say(&ada, chat, "more").await;
        let first = ask(people[0]).await;
        let second = ask(people[1]).await;
        assert_eq!(first.without_trace(), second.without_trace());
        let page = first.ok();
        let last = page["edges"].as_array().unwrap().last().unwrap();
        assert_eq!(last["node"]["content"], "more");
    }
    // While the same page is kept, it is not for those who were removed.
    app.remove(&ada, chat, &bob).await;
    ask(&eve).await.ok();
    ask(&bob).await.assert_refused("NOT_FOUND", None);
    // Live delivery stays with those who take part.
    let feed = "query ($id: ID!, $after: Cursor!) { feed(id: $id, after: $after) { cursor } }";
    let at = json!({ "id": chat, "after": app.head(chat).await.to_string() });
    app.ask(Some(&eve), feed, at)
        .await
        .assert_refused("NOT_FOUND", None);
    app.add(&ada, chat, &[&bob]).await;
    ask(&bob).await.ok();
}

#[tokio::test]
async fn what_is_no_page_is_refused_with_the_argument_at_fault() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for (name, value) in [
        ("first", json!(0)),
        ("first", json!(101)),
        ("last", json!(-1)),
        ("last", json!(101)),
        ("after", json!("x")),
        ("before", json!("1.5")),
        ("before", json!("99999999999999999999")),
    ] {
        let mut variables = json!({ "chat": chat });
        variables[name] = value;
        let field: &'static str = name;
        app.ask(Some(&ada), MESSAGES, variables)
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
    let both = json!({ "chat": chat, "first": 1, "last": 1 });
    app.ask(Some(&ada), MESSAGES, both)
        .await
        .assert_refused("BAD_USER_INPUT", "last");
    let beyond = json!({ "chat": chat, "first": 1, "after": i64::MAX.to_string() });
    let page = app.ask(Some(&ada), MESSAGES, beyond).await.ok();
    assert_eq!(numbers(&page), [0; 0]);
}
