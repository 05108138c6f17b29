//! Many at once, through two senders.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use lab_stack::db::StoredEvent;
use serde_json::{Value, json};
use shared_schema::{ChatId, MessageId};
use uuid::Uuid;

use crate::app::{Person, TestApp};

async fn two_senders() -> TestApp {
    TestApp::with(2, lab_stack::servers::shared().redis_url()).await
}

/// Defect 8: counters were read, changed and written back, and updates were lost. Defect 19: nothing ordered messages of
/// the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_leave_dense_numbers_and_exact_unread_counts() {
    const EACH: usize = 4;
    let app = two_senders().await;
    let people = app.people(64).await;
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;

    let writing = people.iter().enumerate().map(|(index, person)| {
        let (app, chat) = (&app, &chat);
        async move {
            let mut numbers = vec![];
            for turn in 0..EACH {
                let id = MessageId::new().to_string();
                let input =
                    json!({ "id": id, "chatId": chat, "content": format!("{index}.{turn}") });
                let sender = (index + turn) % 2;
                let payload = app
                    .insist(sender, person, "createMessage", input)
                    .await
                    .ok();
                numbers.push(payload["message"]["number"].as_i64().unwrap());
            }
            numbers
        }
    });
    let answered = join_all(writing).await;
    let total = (64 * EACH) as i64;
    for numbers in &answered {
        assert!(numbers.is_sorted(), "one person's messages stay in order");
    }
    let all: BTreeSet<i64> = answered.iter().flatten().copied().collect();
    assert_eq!(all, (1..=total).collect());
    assert_eq!(app.feed(&chat).await.len(), 2 + 64 * EACH);
    let sql = "SELECT count(*) FROM messages m JOIN feed_events e ON e.feed_id = m.chat_id AND e.seq = m.seq
               WHERE m.chat_id = $1 AND e.id = m.id AND e.message_id = m.id AND m.number = m.seq - 2 AND m.created_at = e.at";
    assert_eq!(app.number(sql, &chat).await, total);
    // Unread is what stands after one's own last message: counted, not calculated.
    let sql = "SELECT count(*) FROM unread_counts u
               WHERE chat_id = $1 AND unread_count = (
                   SELECT count(*) FROM messages m WHERE m.chat_id = u.chat_id AND m.number > (
                       SELECT max(number) FROM messages own WHERE own.chat_id = u.chat_id AND own.sender_id = u.user_id))";
    assert_eq!(app.number(sql, &chat).await, 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sends_of_one_id_are_one_message_and_one_answer() {
    let app = two_senders().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let input = json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "once" });
    let sends = (0..200).map(|turn| app.insist(turn % 2, &ada, "createMessage", input.clone()));
    let answers = join_all(sends).await;
    answers[0].ok();
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(
        app.number("SELECT count(*) FROM messages WHERE chat_id = $1", &chat)
            .await,
        1
    );
    assert_eq!(app.feed(&chat).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_with_two_contents_at_once_is_one_message_and_conflicts() {
    let app = two_senders().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let id = MessageId::new().to_string();
    let sends = (0..20).map(|turn| {
        let input = json!({ "id": id, "chatId": chat, "content": format!("version {}", turn % 2) });
        app.insist(turn % 2, &ada, "createMessage", input)
    });
    let verdicts: Vec<String> = join_all(sends)
        .await
        .iter()
        .map(|answer| answer.outcome().to_owned())
        .collect();
    let of = |parity: usize| -> BTreeSet<&str> {
        verdicts
            .iter()
            .skip(parity)
            .step_by(2)
            .map(String::as_str)
            .collect()
    };
    let sides = [of(0), of(1)];
    assert!(sides.contains(&BTreeSet::from(["ok"])), "{verdicts:?}");
    assert!(
        sides.contains(&BTreeSet::from(["CONFLICT"])),
        "{verdicts:?}"
    );
    assert_eq!(app.feed(&chat).await.len(), 3);
}

/// Defect 18: a race made two direct chats of one pair.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_direct_chats_from_both_sides_are_one() {
    let app = two_senders().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let calls = (0..20).map(|turn| {
        let (one, other) = if turn % 2 == 0 {
            (&ada, &bob)
        } else {
            (&bob, &ada)
        };
        let id = ChatId::new().to_string();
        let input = json!({ "id": id, "kind": "DIRECT", "participantIds": [other.id] });
        app.insist(turn / 2 % 2, one, "createChat", input)
    });
    let answers: Vec<Value> = join_all(calls)
        .await
        .iter()
        .map(|answer| answer.ok())
        .collect();
    for answer in &answers {
        assert_eq!(answer["chat"], answers[0]["chat"]);
        assert_eq!(answer["participants"].as_array().unwrap().len(), 2);
        assert_eq!(answer["cursor"], answers[0]["cursor"]);
    }
    assert_eq!(app.count("SELECT count(*) FROM chats").await, 1);
    assert_eq!(app.kinds(&ada.id).await, ["CHAT_ADDED"]);
    assert_eq!(app.kinds(&bob.id).await, ["CHAT_ADDED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_chat_id_at_once_is_one_chat() {
    let app = two_senders().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let id = ChatId::new().to_string();
    let calls = (0..20).map(|turn| {
        let input = json!({ "id": id, "kind": "GROUP", "name": "x", "participantIds": [bob.id] });
        app.insist(turn % 2, &ada, "createChat", input)
    });
    let answers: Vec<Value> = join_all(calls)
        .await
        .iter()
        .map(|answer| answer.ok())
        .collect();
    for answer in &answers {
        assert_eq!(answer["chat"], answers[0]["chat"]);
        assert_eq!(answer["cursor"], answers[0]["cursor"]);
    }
    assert_eq!(app.feed(&id).await.len(), 2);
    assert_eq!(app.kinds(&bob.id).await, ["CHAT_ADDED"]);
}

/// Who takes part after these events, and since which of them. Whoever has left may not have said anything since.
fn replay(events: &[StoredEvent]) -> BTreeMap<String, i64> {
    let mut present = BTreeMap::new();
    let user = |value: &Value| value["user_id"].as_str().unwrap().to_owned();
    for event in events {
        let data = event.data.clone().unwrap_or_default();
        match event.kind.as_str() {
            "PARTICIPANTS_ADDED" => {
                for participant in data["participants"].as_array().unwrap() {
                    let before = present.insert(user(participant), event.seq);
                    assert_eq!(before, None, "was there already: {event:?}");
                }
            }
            "PARTICIPANT_REMOVED" => {
                let gone = present.remove(&user(&data));
                assert!(gone.is_some(), "was not there: {event:?}");
            }
            "MESSAGE_ADDED" => {
                let actor = event.actor.unwrap().to_string();
                assert!(present.contains_key(&actor), "has left: {event:?}");
            }
            _ => {}
        }
    }
    present
}

/// Who takes part by the rows, and since which event.
async fn rows_of(app: &TestApp, chat: &str) -> BTreeMap<String, i64> {
    let id: Uuid = chat.parse().unwrap();
    let sql =
        "SELECT user_id, joined_seq FROM participants WHERE chat_id = $1 AND left_seq IS NULL";
    let rows = app.owner.query(sql, &[&id]).await.unwrap();
    let pair = |row: &tokio_postgres::Row| (row.get::<_, Uuid>(0).to_string(), row.get(1));
    rows.iter().map(pair).collect()
}

/// Everyone comes and goes in two chats at once, by themselves and by others, and marks and messages cross them. Nothing
/// is miscounted, and nothing waits in a circle: the order of the locks is the same everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_coming_and_going_leaves_exact_counts_and_no_deadlock() {
    let mut app = two_senders().await;
    let people = app.people(12).await;
    let (owners, crowd) = people.split_at(2);
    let mut chats = vec![];
    for _ in 0..2 {
        let chat = app.chat("PUBLIC", &owners[0], &[&owners[1]]).await;
        app.promote(&owners[0], &chat, &owners[1], "OWNER").await;
        chats.push(chat);
    }
    let everyone: Vec<&str> = crowd.iter().map(|person| person.id.as_str()).collect();
    let storm = (0..240).map(|turn| {
        let (app, owner, chat) = (&app, &owners[turn % 2], &chats[turn / 2 % 2]);
        let someone = &crowd[turn * 7 % crowd.len()];
        let everyone = &everyone;
        async move {
            let (caller, field, input) = match turn % 8 {
                0 | 1 => (
                    owner,
                    "addParticipants",
                    json!({ "chatId": chat, "userIds": everyone }),
                ),
                2 => (
                    owner,
                    "removeParticipant",
                    json!({ "chatId": chat, "userId": someone.id }),
                ),
                3 => (someone, "leaveChat", json!({ "chatId": chat })),
                4 => (someone, "joinChat", json!({ "chatId": chat })),
                5 => (
                    owner,
                    "addParticipant",
                    json!({ "chatId": chat, "userId": someone.id }),
                ),
                6 => (
                    someone,
                    "createMessage",
                    json!({ "chatId": chat, "content": "hello" }),
                ),
                _ => (
                    someone,
                    "markAsRead",
                    json!({ "chatId": chat, "number": turn }),
                ),
            };
            app.call_at(turn % 3 % 2, caller, field, input)
                .await
                .outcome()
                .to_owned()
        }
    });
    let verdicts: BTreeSet<String> = join_all(storm).await.into_iter().collect();
    // UNAVAILABLE is what a machine that has too much to do answers; a call that it gave up on must not miscount either.
    let allowed = ["ok", "FORBIDDEN", "NOT_FOUND", "UNAVAILABLE"].map(str::to_owned);
    assert!(verdicts.is_subset(&BTreeSet::from(allowed)), "{verdicts:?}");

    for chat in &chats {
        let sql = "SELECT participant_count::bigint FROM chats WHERE id = $1";
        let count = app.number(sql, chat).await;
        let present = replay(&app.feed(chat).await);
        assert_eq!(count, present.len() as i64);
        assert_eq!(rows_of(&app, chat).await, present);
    }
    for person in &people {
        app.feed(&person.id).await;
    }
    // A backend tells of its deadlocks at the latest when it ends.
    app.stop(1).await;
    app.stop(0).await;
    let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(app.count(sql).await, 0);
}

/// One chat whose row someone holds takes no connection away from the others for long: most of its writers wait in line.
#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_chat_makes_only_itself_wait() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let (stuck, free) = (app.group(&ada, &[]).await, app.group(&ada, &[]).await);
    let mut config = app.config(2);
    config.postgres.db_lock_timeout = Duration::from_secs(1);
    let sender = app.start_with(&config).await;
    app.until_ready(sender).await;

    let id: Uuid = stuck.parse().unwrap();
    app.owner.batch_execute("BEGIN").await.unwrap();
    let sql = "SELECT FROM feeds WHERE id = $1 FOR UPDATE";
    app.owner.execute(sql, &[&id]).await.unwrap();
    let say =
        |chat: &str| json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "x" });
    let waiting = join_all((0..40).map(|_| app.insist(sender, &ada, "createMessage", say(&stuck))));
    let passing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..10 {
            let answer = app.call_at(sender, &ada, "createMessage", say(&free)).await;
            answer.ok();
        }
        app.owner.batch_execute("COMMIT").await.unwrap();
    };
    let (answers, ()) = tokio::join!(waiting, passing);
    for answer in answers {
        answer.ok();
    }
    assert_eq!(app.feed(&stuck).await.len(), 42);
}
