//! Messages that come at once share a transaction, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use lab_stack::testing::GraphqlResponse;
use serde_json::{Value, json};
use shared_schema::MessageId;
use uuid::Uuid;

use crate::app::{Person, TestApp};

fn input(chat: &str, content: &str) -> Value {
    json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": content })
}

async fn hold(app: &TestApp, chat: &str) {
    let id: Uuid = chat.parse().unwrap();
    app.owner.batch_execute("BEGIN").await.unwrap();
    let sql = "SELECT FROM feeds WHERE id = $1 FOR UPDATE";
    app.owner.execute(sql, &[&id]).await.unwrap();
}

async fn release(app: &TestApp) {
    app.owner.batch_execute("COMMIT").await.unwrap();
}

/// What a sender has counted.
async fn counted(app: &TestApp, name: &str) -> u64 {
    app.metric(0, &format!("sender_{name} ")).await as u64
}

/// Sends all of these at once while the chat is held, so that they leave together, each 20 ms after the one before it, so
/// that they stand in this order.
async fn together(app: &TestApp, chat: &str, sends: Vec<(&Person, Value)>) -> Vec<GraphqlResponse> {
    hold(app, chat).await;
    let count = sends.len();
    let sending = join_all(
        sends
            .into_iter()
            .enumerate()
            .map(|(place, (person, input))| {
                let pause = Duration::from_millis(20 * place as u64);
                async move {
                    tokio::time::sleep(pause).await;
                    app.call(person, "createMessage", input).await
                }
            }),
    );
    let letting_go = async {
        tokio::time::sleep(Duration::from_millis(200 + 20 * count as u64)).await;
        release(app).await;
    };
    tokio::join!(sending, letting_go).0
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_on_one_chat_each_get_their_own_message_in_one_dense_order() {
    let app = TestApp::new().await;
    let people = app.people(32).await;
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;
    let sending = people.iter().map(|person| {
        let (app, chat) = (&app, &chat);
        async move {
            let mut numbers = vec![];
            for turn in 0..10 {
                let input = input(chat, &format!("{} {turn}", person.username));
                let answer = app.insist(0, person, "createMessage", input.clone()).await;
                let message = answer.ok()["message"].clone();
                for field in ["id", "content", "chatId"] {
                    assert_eq!(message[field], input[field]);
                }
                assert_eq!(message["senderId"], person.id.as_str());
                assert_eq!(message["senderUsername"], person.username.as_str());
                numbers.push(message["number"].as_i64().unwrap());
            }
            assert!(numbers.is_sorted());
            numbers
        }
    });
    let numbers: BTreeSet<i64> = join_all(sending).await.concat().into_iter().collect();
    assert_eq!(numbers, (1..=320).collect());
    assert_eq!(app.feed(&chat).await.len(), 2 + 320);
    let transactions = counted(&app, "batch_messages_count").await;
    assert!(transactions < 320, "{transactions} transactions");
    assert_eq!(counted(&app, "batch_messages_sum").await, 320);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_one_publication_and_writes_the_feed_once() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let sends = (0..10).map(|_| (&ada, input(&chat, "together"))).collect();
    for answer in together(&app, &chat, sends).await {
        answer.ok();
    }
    // The first finds nothing in flight, and goes into the wait alone or with few; whoever comes meanwhile shares.
    let mut seqs = vec![];
    let mut publications = 0;
    while seqs.len() < 10 {
        let (_, publication) = subscriber.publication().await;
        // How the chat came to be may still be on its way.
        if publication.events.iter().all(|event| event.seq < 3) {
            continue;
        }
        publications += 1;
        for pair in publication.events.windows(2) {
            assert_eq!(pair[1].prev, Some(pair[0].id));
        }
        seqs.extend(publication.events.iter().map(|event| event.seq));
    }
    assert_eq!(seqs, (3..13).collect::<Vec<_>>());
    let transactions = counted(&app, "batch_messages_count").await;
    assert_eq!(publications, transactions, "one per batch");
    assert!(transactions < 5, "{transactions} transactions");
    subscriber.assert_silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_many_times_in_a_batch_is_one_message_and_other_content_a_conflict() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let same = input(&chat, "once");
    let mut other = same.clone();
    other["content"] = json!("twice");
    let sends = vec![
        (&ada, input(&chat, "before")),
        (&ada, same.clone()),
        (&ada, same.clone()),
        (&ada, other),
        (&ada, same),
        (&ada, input(&chat, "after")),
    ];
    let answers = together(&app, &chat, sends).await;
    answers[0].ok();
    answers[1].ok();
    assert_eq!(answers[1], answers[2]);
    assert_eq!(answers[1], answers[4]);
    answers[3].assert_refused("CONFLICT", "id");
    answers[5].ok();
    assert_eq!(app.feed(&chat).await.len(), 2 + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_a_batch_is_refused_or_stored_as_if_it_came_alone() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = (
        app.person("ada").await,
        app.person("bob").await,
        app.person("eve").await,
    );
    let gone = app.person("gone").await;
    let chat = app.group(&ada, &[&bob, &gone]).await;
    let taken = app.say(&ada, &chat, "taken").await["id"].clone();
    app.call(
        &ada,
        "removeParticipant",
        json!({ "chatId": chat, "userId": bob.id }),
    )
    .await
    .ok();
    app.deactivate(&gone).await;
    let reply = |to: &Value| {
        let mut reply = input(&chat, "an answer");
        reply["replyToId"] = to.clone();
        reply
    };
    let first = input(&chat, "first");
    let mut clash = input(&chat, "clash");
    clash["id"] = taken.clone();
    let sends = vec![
        (&ada, input(&chat, "opens the batch")),
        (&ada, first.clone()),
        (&bob, input(&chat, "I was removed")),
        (&eve, input(&chat, "I never was there")),
        (&gone, input(&chat, "I have no account")),
        (&ada, reply(&json!(MessageId::new().to_string()))),
        (&ada, clash),
        (&ada, reply(&first["id"])),
        (&ada, reply(&taken)),
        (&ada, input(&chat, "last")),
    ];
    let answers = together(&app, &chat, sends).await;
    for stored in [0, 1, 7, 8, 9] {
        answers[stored].ok();
    }
    answers[2].assert_refused("NOT_FOUND", "chatId");
    answers[3].assert_refused("NOT_FOUND", "chatId");
    answers[4].assert_refused("UNAUTHENTICATED", None);
    answers[5].assert_refused("NOT_FOUND", "replyToId");
    answers[6].assert_refused("CONFLICT", "id");
    assert_eq!(app.feed(&chat).await.len(), 2 + 2 + 5);
}

/// Lets the storing of one text fail in the database, as nothing that people write should.
async fn poison(app: &TestApp, content: &str) {
    let sql = format!("ALTER TABLE messages ADD CONSTRAINT poison CHECK (content <> '{content}')");
    app.owner.batch_execute(&sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_database_refuses_fails_alone() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    poison(&app, "poison").await;
    let texts = ["opens", "one", "poison", "two", "three"];
    let sends = texts
        .iter()
        .map(|text| (&ada, input(&chat, text)))
        .collect();
    let answers = together(&app, &chat, sends).await;
    for (text, answer) in texts.iter().zip(&answers) {
        match *text {
            "poison" => answer.assert_refused("INTERNAL", None),
            _ => assert_eq!(answer.ok()["message"]["content"], *text),
        }
    }
    assert_eq!(app.feed(&chat).await.len(), 2 + 4);
    assert_eq!(counted(&app, "batches_divided_total").await, 1);
}

/// A chat whose row someone holds leaves the transactions of the others, in which it was at first.
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_whose_row_is_held_holds_up_no_other() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let stuck = app.group(&ada, &[]).await;
    let mut free = vec![];
    for _ in 0..8 {
        free.push(app.group(&ada, &[]).await);
    }
    hold(&app, &stuck).await;
    let began = Instant::now();
    let waiting = join_all((0..20).map(|_| {
        let input = input(&stuck, "stuck");
        app.call(&ada, "createMessage", input)
    }));
    let passing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut slowest = Duration::ZERO;
        let mut rounds = 0;
        // Well before the time of those who wait is up.
        while began.elapsed() < Duration::from_millis(1200) {
            let began = Instant::now();
            let sends = free.iter().map(|chat| async {
                let input = input(chat, "free");
                app.call(&ada, "createMessage", input).await.ok()
            });
            join_all(sends).await;
            slowest = slowest.max(began.elapsed());
            rounds += 1;
        }
        release(&app).await;
        (slowest, rounds)
    };
    let (answers, (slowest, rounds)) = tokio::join!(waiting, passing);
    assert!(slowest < Duration::from_millis(700), "{slowest:?}");
    for answer in answers {
        answer.ok();
    }
    assert_eq!(app.feed(&stuck).await.len(), 2 + 20);
    for chat in &free {
        assert_eq!(app.feed(chat).await.len(), 2 + rounds);
    }
}

/// Whoever hangs up before their turn has sent nothing, and keeps nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_cancelled_in_line_is_not_stored() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    hold(&app, &chat).await;
    let opens = app.call(&ada, "createMessage", input(&chat, "opens"));
    let rest = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let cancelled = (0..5).map(|_| {
            let send = app.call(&bob, "createMessage", input(&chat, "never mind"));
            Box::pin(tokio::time::timeout(Duration::from_millis(200), send))
        });
        let stays = app.call(&ada, "createMessage", input(&chat, "stays"));
        let (hung_up, stays, ()) = tokio::join!(join_all(cancelled), stays, async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            release(&app).await;
        });
        assert!(hung_up.iter().all(Result::is_err), "they were answered");
        stays
    };
    let (opens, stays) = tokio::join!(opens, rest);
    opens.ok();
    stays.ok();
    let mut said = BTreeMap::new();
    for event in app.feed(&chat).await {
        *said.entry(event.actor.unwrap().to_string()).or_insert(0) += 1;
    }
    assert_eq!(said, BTreeMap::from([(ada.id.clone(), 4)]));
}
