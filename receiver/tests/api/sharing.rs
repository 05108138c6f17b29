//! Many subscribers of one feed: what they share, and what they must not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared_schema::{ChatId, Cursor};

use crate::{
    app::{Op, Person, TestApp, kinds, seqs},
    documents::{CHAT_EVENTS, INBOX, messages_of},
};

const EXECUTED: &str = "receiver_batches_executed_total";
const EXECUTED_APART: &str = "receiver_batches_executed_apart_total";

/// So many people of one chat, whose owner is the first of them.
async fn crowd(app: &TestApp, count: usize) -> (Vec<Person>, ChatId) {
    let mut people = vec![];
    for number in 0..count {
        people.push(app.person(&format!("person-{number}")).await);
    }
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;
    (people, chat)
}

async fn following(app: &TestApp, person: &Person, chat: ChatId) -> Op {
    let mut events = app
        .follow(person, CHAT_EVENTS, json!({ "chat": chat }))
        .await;
    events.next().await;
    events
}

#[tokio::test]
async fn a_batch_is_executed_once_for_all_and_each_reads_it_under_their_own_id() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 20).await;
    let mut sockets = vec![];
    for (number, person) in people.iter().enumerate() {
        let mut socket = app.socket(person).await;
        let id = format!("the \"{number}\"");
        // The first says from where, the others do not: that is not a part of what they ask for.
        let after = (number == 0).then_some(app.head(chat).await.to_string());
        let variables = json!({ "chat": chat, "after": after });
        socket.start(&id, CHAT_EVENTS, variables).await;
        assert_eq!(socket.message().await["id"], *id);
        sockets.push((id, socket));
    }
    let before = app.metric(EXECUTED).await;
    let apart = app.metric(EXECUTED_APART).await;
    for text in ["one", "\"two\"\n", "drei 🎼"] {
        app.say(&people[0], chat, text).await;
        let mut told: Vec<Value> = vec![];
        for (id, socket) in &mut sockets {
            let mut message = socket.message().await;
            assert_eq!(message["id"], **id);
            assert_eq!(message["type"], "next");
            told.push(message["payload"].take());
        }
        let events = &told[0]["data"]["chatEvents"]["events"];
        assert_eq!(events[0]["message"]["content"], text);
        assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
    }
    assert_eq!(app.metric(EXECUTED).await - before, 3.0);
    assert_eq!(app.metric(EXECUTED_APART).await - apart, 0.0);
}

#[tokio::test]
async fn inboxes_and_views_of_a_chat_share_as_well() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 6).await;
    let mut inboxes = vec![];
    let mut views = vec![];
    for person in &people {
        let mut inbox = app.follow(person, INBOX, json!({})).await;
        inbox.greeting(person.id).await;
        inboxes.push(inbox);
        let document = messages_of("messageAdded");
        views.push(app.follow(person, &document, json!({ "chat": chat })).await);
    }
    // A view says nothing before there is something to see.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let before = app.metric(EXECUTED).await;
    app.say(&people[0], chat, "to all").await;
    for (inbox, view) in inboxes.iter_mut().zip(&mut views) {
        assert_eq!(inbox.events().await[0]["message"]["content"], "to all");
        assert_eq!(view.next().await["content"], "to all");
    }
    assert_eq!(app.metric(EXECUTED).await - before, 2.0);
}

#[tokio::test]
async fn other_variables_of_the_selection_are_another_answer() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 2).await;
    let document = "subscription($chat: ID!, $text: Boolean!) { chatEvents(chatId: $chat) {
        cursor events { ... on MessageAdded { message { number content @include(if: $text) } } } } }";
    let mut ops = vec![];
    for (person, text) in people.iter().zip([true, false]) {
        let variables = json!({ "chat": chat, "text": text });
        let mut op = app.follow(person, document, variables).await;
        op.next().await;
        ops.push(op);
    }
    app.say(&people[0], chat, "hello").await;
    let told = [ops[0].events().await, ops[1].events().await];
    assert_eq!(
        told[0][0]["message"],
        json!({ "number": 1, "content": "hello" })
    );
    assert_eq!(told[1][0]["message"], json!({ "number": 1 }));
}

#[tokio::test]
async fn what_depends_on_who_asks_is_executed_for_each() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 3).await;
    let [ada, bob, eve] = [&people[0], &people[1], &people[2]];
    let mut inboxes = vec![];
    for person in [ada, bob, eve] {
        let mut inbox = app.follow(person, INBOX, json!({})).await;
        inbox.greeting(person.id).await;
        inboxes.push(inbox);
    }
    let apart = app.metric(EXECUTED_APART).await;
    app.rename(ada, chat, "Ours").await;
    for inbox in &mut inboxes {
        assert_eq!(inbox.events().await[0]["chat"]["name"], "Ours");
    }
    assert_eq!(app.metric(EXECUTED_APART).await - apart, 3.0);

    // In their own feeds, each reads their own part of the same chat.
    let ours = app.group(ada, &[bob, eve]).await;
    for (inbox, person) in inboxes.iter_mut().zip(&people) {
        let told = inbox.news(person.id).await;
        let added = &told["events"][0];
        assert_eq!(added["__typename"], "ChatAdded");
        assert_eq!(added["chatId"], ours.to_string());
        assert_eq!(added["participant"]["userId"], person.id.to_string());
    }
}

#[tokio::test]
async fn those_who_come_back_together_are_read_for_and_executed_for_once() {
    const MISSED: i64 = 250;
    // The first half of it is to be had from Postgres only.
    let live = receiver::LiveArgs {
        feed_window: 125,
        ..receiver::LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (people, chat) = crowd(&app, 20).await;
    let mut watching = following(&app, &people[0], chat).await;
    let from = app.head(chat).await;
    for number in 0..MISSED {
        app.say(&people[0], chat, &number.to_string()).await;
    }
    let last = from.seq + MISSED;
    watching.until(chat, last).await;

    let before = app.metric(EXECUTED).await;
    let apart = app.metric(EXECUTED_APART).await;
    let come_back = people.iter().map(async |person| {
        let variables = json!({ "chat": chat, "after": from.to_string() });
        let mut op = app.follow(person, CHAT_EVENTS, variables).await;
        seqs(&op.until(chat, last).await)
    });
    let expected: Vec<i64> = (from.seq + 1..=last).collect();
    for told in futures_util::future::join_all(come_back).await {
        assert_eq!(told, expected);
    }
    // At most to the next hundred, two whole ones and the rest, and for each person a word that this was all.
    let batches = 4.0 + people.len() as f64;
    let executed = app.metric(EXECUTED).await - before;
    assert!(executed <= batches, "{executed} executions");
    assert_eq!(app.metric(EXECUTED_APART).await - apart, 0.0);
}

#[tokio::test]
async fn whoever_is_removed_reads_up_to_that_and_the_others_go_on() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 8).await;
    let mut ops = vec![];
    for person in &people {
        ops.push(following(&app, person, chat).await);
    }
    // One publication: the removals stand in the middle of what is cut at once.
    app.publisher.mute();
    let from = app.head(chat).await;
    app.say(&people[0], chat, "before").await;
    app.remove(&people[0], chat, &people[1]).await;
    app.say(&people[0], chat, "between").await;
    app.remove(&people[0], chat, &people[2]).await;
    app.say(&people[0], chat, "after").await;
    let first = from.seq + 1;
    for (number, op) in ops.iter_mut().enumerate() {
        let last = match number {
            1 => first + 1,
            2 => first + 3,
            _ => first + 4,
        };
        let told = op.until(chat, last).await;
        assert_eq!(seqs(&told), (first..=last).collect::<Vec<_>>());
        if number == 1 || number == 2 {
            assert_eq!(kinds(&told).last(), Some(&"ParticipantRemoved"));
            op.completes().await;
        }
    }
    app.publisher.unmute();
    app.say(&people[0], chat, "among us").await;
    for (number, op) in ops.iter_mut().enumerate() {
        if number == 1 || number == 2 {
            op.silence(50).await;
        } else {
            assert_eq!(seqs(&op.events().await), [first + 5]);
        }
    }
}

#[tokio::test]
async fn whoever_resumes_while_the_chat_runs_hot_misses_nothing_and_repeats_nothing() {
    const MESSAGES: i64 = 300;
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 2).await;
    let start = app.head(chat).await;
    let talk = async {
        for number in 0..MESSAGES {
            app.say(&people[0], chat, &number.to_string()).await;
        }
    };
    let come_and_go = async {
        let mut position: Cursor = start;
        let mut told = vec![];
        while position.seq < start.seq + MESSAGES {
            let variables = json!({ "chat": chat, "after": position.to_string() });
            let mut op = app.follow(&people[1], CHAT_EVENTS, variables).await;
            // Live for some batches, then away.
            for _ in 0..7 {
                let batch = op.next().await;
                assert!(batch["reset"].is_null(), "{batch}");
                told.extend(seqs(batch["events"].as_array().unwrap()));
                position = crate::app::cursor(&batch["cursor"]);
                if position.seq == start.seq + MESSAGES {
                    break;
                }
            }
        }
        told
    };
    let (told, ()) = tokio::join!(come_and_go, talk);
    let expected: Vec<i64> = (start.seq + 1..=start.seq + MESSAGES).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_removed_text_reaches_nobody_who_comes_later_not_even_as_what_was_answered() {
    const DOCUMENT: &str = "subscription($chat: ID!, $after: Cursor) {
        chatEvents(chatId: $chat, after: $after) { cursor events { __typename seq
            ... on MessageAdded { message { content replyTo { content } } }
            ... on MessageUpdated { message { content } } } } }";
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 3).await;
    let from = app.head(chat).await;
    let variables = |after: Option<Cursor>| json!({ "chat": chat, "after": after.map(|cursor| cursor.to_string()) });
    let mut early = app.follow(&people[0], DOCUMENT, variables(None)).await;
    early.next().await;
    let secret = app.say(&people[0], chat, "a secret").await;
    let seen = early.events().await;
    assert_eq!(seen[0]["message"]["content"], "a secret");
    app.reply(&people[0], chat, "an answer", Some(secret.id))
        .await;
    let seen = early.events().await;
    assert_eq!(seen[0]["message"]["replyTo"]["content"], "a secret");
    // Somebody who was away reads it, too, from where others will come back to.
    for after in [from, secret.position()] {
        let mut late = app
            .follow(&people[2], DOCUMENT, variables(Some(after)))
            .await;
        assert!(json!(late.events().await).to_string().contains("secret"));
    }

    app.unsay(&people[0], &secret).await;
    assert_eq!(kinds(&early.events().await), ["MessageRemoved"]);
    for after in [from, secret.position()] {
        let mut late = app
            .follow(&people[1], DOCUMENT, variables(Some(after)))
            .await;
        let told = late.events().await;
        assert_eq!(told.last().unwrap()["__typename"], "MessageRemoved");
        assert!(!json!(told).to_string().contains("secret"), "{told:?}");
    }
}

#[tokio::test]
async fn what_comes_at_once_is_one_batch_and_what_comes_alone_comes_at_once() {
    let app = TestApp::new().await;
    let (people, chat) = crowd(&app, 2).await;
    let mut ops = [
        following(&app, &people[0], chat).await,
        following(&app, &people[1], chat).await,
    ];
    app.publisher.mute();
    let mut events = vec![];
    for _ in 0..50 {
        let change = shared_schema::Change::ChatUpdated;
        events.extend(app.append(people[0].id, vec![(chat.into(), change)]).await);
    }
    app.publisher.unmute();
    let from = events[0].seq;
    // The sweep may have found some of them already.
    app.publisher.publish(chat.into(), &events, &[]).await;
    for op in &mut ops {
        assert_eq!(
            seqs(&op.until(chat, from + 49).await),
            (from..from + 50).collect::<Vec<_>>()
        );
    }

    // Twice as fast as a hot feed is cut, so that batches hold several events.
    let mut batches = 0;
    let before = app.metric(EXECUTED).await;
    for _ in 0..5 {
        app.publisher.mute();
        let mut events = vec![];
        for _ in 0..40 {
            let change = shared_schema::Change::ChatUpdated;
            events.extend(app.append(people[0].id, vec![(chat.into(), change)]).await);
        }
        app.publisher.unmute();
        let tell = events.iter().map(|event| {
            let event = std::slice::from_ref(event);
            app.publisher.publish(chat.into(), event, &[])
        });
        futures_util::future::join_all(tell).await;
        let last = events[39].seq;
        loop {
            batches += 1;
            let batch = ops[0].next().await;
            if batch["events"][0].is_object()
                && seqs(batch["events"].as_array().unwrap()).last() == Some(&last)
            {
                break;
            }
        }
    }
    assert!(batches < 150, "{batches} batches for 200 events");
    assert!(app.metric(EXECUTED).await - before <= f64::from(batches) + 1.0);

    let mut fastest = Duration::MAX;
    ops[1].until(chat, app.head(chat).await.seq).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        app.say(&people[0], chat, "alone").await;
        let began = Instant::now();
        ops[1].events().await;
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < Duration::from_millis(20), "{fastest:?}");
}

#[tokio::test]
async fn one_who_reads_nothing_holds_up_none_of_those_who_ask_the_same() {
    let live = receiver::LiveArgs {
        socket_stall: Duration::from_secs(2),
        ..receiver::LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (people, chat) = crowd(&app, 4).await;
    let text = "x".repeat(5_000);
    for _ in 0..100 {
        app.say(&people[0], chat, &text).await;
    }
    let mut stalled = app.socket(&people[3]).await;
    let start = Cursor::start(chat).to_string();
    for id in 0..30 {
        let variables = json!({ "chat": chat, "after": start });
        stalled.start(&id.to_string(), CHAT_EVENTS, variables).await;
    }
    let mut ops = vec![];
    for person in &people[..3] {
        ops.push(following(&app, person, chat).await);
    }
    let began = Instant::now();
    for _ in 0..20 {
        app.say(&people[0], chat, &text).await;
        for op in &mut ops {
            assert_eq!(op.events().await.len(), 1);
        }
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    let closed = "receiver_sockets_closed_total{code=\"1013\"} 1";
    while !app.get(0, "/metrics").await.text.contains(closed) {
        assert!(began.elapsed() < Duration::from_secs(15), "still open");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
