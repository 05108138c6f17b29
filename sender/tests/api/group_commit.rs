//! Messages that come at once share a transaction, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared_schema::MessageId;
use uuid::Uuid;

use crate::stage::{Answer, Person, Stage};

fn input(chat: &str, content: &str) -> Value {
    json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": content })
}

async fn hold(stage: &Stage, chat: &str) {
    let id: Uuid = chat.parse().unwrap();
    stage.owner.batch_execute("BEGIN").await.unwrap();
    let sql = "SELECT FROM feeds WHERE id = $1 FOR UPDATE";
    stage.owner.execute(sql, &[&id]).await.unwrap();
}

async fn release(stage: &Stage) {
    stage.owner.batch_execute("COMMIT").await.unwrap();
}

/// What a sender has counted.
async fn counted(stage: &Stage, name: &str) -> u64 {
    let (_, metrics) = stage.get(0, "/metrics").await;
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(&format!("sender_{name} ")));
    let count = line.unwrap_or_else(|| panic!("{name} in {metrics}"));
    count.parse::<f64>().unwrap() as u64
}

/// Sends all of these at once while the chat is held, so that they leave together, each 20 ms after the one before it, so
/// that they stand in this order.
async fn together(stage: &Stage, chat: &str, sends: Vec<(&Person, Value)>) -> Vec<Answer> {
    hold(stage, chat).await;
    let count = sends.len();
    let sending = join_all(
        sends
            .into_iter()
            .enumerate()
            .map(|(place, (person, input))| {
                let pause = Duration::from_millis(20 * place as u64);
                async move {
                    tokio::time::sleep(pause).await;
                    stage.call(person, "createMessage", input).await
                }
            }),
    );
    let letting_go = async {
        tokio::time::sleep(Duration::from_millis(200 + 20 * count as u64)).await;
        release(stage).await;
    };
    tokio::join!(sending, letting_go).0
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_on_one_chat_each_get_their_own_message_in_one_dense_order() {
    let stage = Stage::new().await;
    let people = stage.people(32).await;
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = stage.group(&people[0], &others).await;
    let sending = people.iter().map(|person| {
        let (stage, chat) = (&stage, &chat);
        async move {
            let mut numbers = vec![];
            for turn in 0..10 {
                let input = input(chat, &format!("{} {turn}", person.username));
                let answer = stage
                    .insist(0, person, "createMessage", input.clone())
                    .await;
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
    assert_eq!(stage.feed(&chat).await.len(), 2 + 320);
    let transactions = counted(&stage, "batch_messages_count").await;
    assert!(transactions < 320, "{transactions} transactions");
    assert_eq!(counted(&stage, "batch_messages_sum").await, 320);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_one_publication_and_writes_the_feed_once() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let mut ears = stage.listen(&[&chat]).await;
    let sends = (0..10).map(|_| (&ada, input(&chat, "together"))).collect();
    for answer in together(&stage, &chat, sends).await {
        answer.ok();
    }
    // The first finds nothing in flight, and goes into the wait alone or with few; whoever comes meanwhile shares.
    let mut seqs = vec![];
    let mut publications = 0;
    while seqs.len() < 10 {
        let (_, publication) = ears.hear().await;
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
    let transactions = counted(&stage, "batch_messages_count").await;
    assert_eq!(publications, transactions, "one per batch");
    assert!(transactions < 5, "{transactions} transactions");
    ears.silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_many_times_in_a_batch_is_one_message_and_other_content_a_conflict() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
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
    let answers = together(&stage, &chat, sends).await;
    answers[0].ok();
    answers[1].ok();
    assert_eq!(answers[1], answers[2]);
    assert_eq!(answers[1], answers[4]);
    answers[3].is("CONFLICT", "id");
    answers[5].ok();
    assert_eq!(stage.feed(&chat).await.len(), 2 + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_a_batch_is_refused_or_stored_as_if_it_came_alone() {
    let stage = Stage::new().await;
    let (ada, bob, eve) = (
        stage.person("ada").await,
        stage.person("bob").await,
        stage.person("eve").await,
    );
    let gone = stage.person("gone").await;
    let chat = stage.group(&ada, &[&bob, &gone]).await;
    let taken = stage.say(&ada, &chat, "taken").await["id"].clone();
    stage
        .call(
            &ada,
            "removeParticipant",
            json!({ "chatId": chat, "userId": bob.id }),
        )
        .await
        .ok();
    stage.deactivate(&gone).await;
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
    let answers = together(&stage, &chat, sends).await;
    for stored in [0, 1, 7, 8, 9] {
        answers[stored].ok();
    }
    answers[2].is("NOT_FOUND", "chatId");
    answers[3].is("NOT_FOUND", "chatId");
    answers[4].is("UNAUTHENTICATED", None);
    answers[5].is("NOT_FOUND", "replyToId");
    answers[6].is("CONFLICT", "id");
    assert_eq!(stage.feed(&chat).await.len(), 2 + 2 + 5);
}

/// Lets the storing of one text fail in the database, as nothing that people write should.
async fn poison(stage: &Stage, content: &str) {
    let sql = format!("ALTER TABLE messages ADD CONSTRAINT poison CHECK (content <> '{content}')");
    stage.owner.batch_execute(&sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_database_refuses_fails_alone() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    poison(&stage, "poison").await;
    let texts = ["opens", "one", "poison", "two", "three"];
    let sends = texts
        .iter()
        .map(|text| (&ada, input(&chat, text)))
        .collect();
    let answers = together(&stage, &chat, sends).await;
    for (text, answer) in texts.iter().zip(&answers) {
        match *text {
            "poison" => answer.is("INTERNAL", None),
            _ => assert_eq!(answer.ok()["message"]["content"], *text),
        }
    }
    assert_eq!(stage.feed(&chat).await.len(), 2 + 4);
    assert_eq!(counted(&stage, "batches_divided_total").await, 1);
}

/// A chat whose row someone holds leaves the transactions of the others, in which it was at first.
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_whose_row_is_held_holds_up_no_other() {
    let stage = Stage::new().await;
    let ada = stage.person("ada").await;
    let stuck = stage.group(&ada, &[]).await;
    let mut free = vec![];
    for _ in 0..8 {
        free.push(stage.group(&ada, &[]).await);
    }
    hold(&stage, &stuck).await;
    let began = Instant::now();
    let waiting = join_all((0..20).map(|_| {
        let input = input(&stuck, "stuck");
        stage.call(&ada, "createMessage", input)
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
                stage.call(&ada, "createMessage", input).await.ok()
            });
            join_all(sends).await;
            slowest = slowest.max(began.elapsed());
            rounds += 1;
        }
        release(&stage).await;
        (slowest, rounds)
    };
    let (answers, (slowest, rounds)) = tokio::join!(waiting, passing);
    assert!(slowest < Duration::from_millis(700), "{slowest:?}");
    for answer in answers {
        answer.ok();
    }
    assert_eq!(stage.feed(&stuck).await.len(), 2 + 20);
    for chat in &free {
        assert_eq!(stage.feed(chat).await.len(), 2 + rounds);
    }
}

/// Whoever hangs up before their turn has sent nothing, and keeps nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_cancelled_in_line_is_not_stored() {
    let stage = Stage::new().await;
    let (ada, bob) = (stage.person("ada").await, stage.person("bob").await);
    let chat = stage.group(&ada, &[&bob]).await;
    hold(&stage, &chat).await;
    let opens = stage.call(&ada, "createMessage", input(&chat, "opens"));
    let rest = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let cancelled = (0..5).map(|_| {
            let send = stage.call(&bob, "createMessage", input(&chat, "never mind"));
            Box::pin(tokio::time::timeout(Duration::from_millis(200), send))
        });
        let stays = stage.call(&ada, "createMessage", input(&chat, "stays"));
        let (hung_up, stays, ()) = tokio::join!(join_all(cancelled), stays, async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            release(&stage).await;
        });
        assert!(hung_up.iter().all(Result::is_err), "they were answered");
        stays
    };
    let (opens, stays) = tokio::join!(opens, rest);
    opens.ok();
    stays.ok();
    let mut said = BTreeMap::new();
    for event in stage.feed(&chat).await {
        *said.entry(event.actor.unwrap().to_string()).or_insert(0) += 1;
    }
    assert_eq!(said, BTreeMap::from([(ada.id.clone(), 4)]));
}
