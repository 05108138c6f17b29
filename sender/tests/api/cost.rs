//! What a message costs, in rows.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp};

const MESSAGES: i64 = 10;

/// Rows written and rows read, by table; the partitions of a table count as one.
#[derive(Debug, Default, PartialEq)]
struct Rows {
    written: BTreeMap<String, i64>,
    /// Updates that touched no index.
    heap_only: BTreeMap<String, i64>,
    read: BTreeMap<String, i64>,
}

async fn rows(app: &TestApp) -> Rows {
    let theirs = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name LIKE 'sender%'";
    for _ in 0..500 {
        let left: i64 = app.owner.query_one(theirs, &[]).await.unwrap().get(0);
        if left == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    app.owner
        .batch_execute("SELECT pg_stat_force_next_flush()")
        .await
        .unwrap();
    let sql = "SELECT regexp_replace(relname, '_[0-9]+$', '') AS name, sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint,
                      sum(n_tup_hot_upd)::bigint, sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint
               FROM pg_stat_user_tables GROUP BY name";
    let mut rows = Rows::default();
    for row in app.owner.query(sql, &[]).await.unwrap() {
        let name: String = row.get(0);
        rows.written.insert(name.clone(), row.get(1));
        rows.heap_only.insert(name.clone(), row.get(2));
        rows.read.insert(name, row.get(3));
    }
    rows
}

/// What ten messages cost, per table. Backends count for themselves and tell when they end, so the sender is stopped
/// before each look.
async fn cost_of_messages(app: &mut TestApp, person: &Person, chat: &str) -> Rows {
    cost_of_replies(app, person, chat, &Value::Null).await
}

/// The same for replies in the thread of a message.
async fn cost_of_replies(app: &mut TestApp, person: &Person, chat: &str, root: &Value) -> Rows {
    let input = json!({ "chatId": chat, "content": "a message", "threadRootId": root });
    cost_of(app, person, input).await
}

/// The same for messages of this input.
async fn cost_of(app: &mut TestApp, person: &Person, input: Value) -> Rows {
    app.stop(0).await;
    let before = rows(app).await;
    app.start(1).await;
    for _ in 0..MESSAGES {
        app.call(person, "createMessage", input.clone()).await.ok();
    }
    app.stop(0).await;
    let after = rows(app).await;
    app.start(1).await;
    let less = |after: BTreeMap<String, i64>, before: &BTreeMap<String, i64>| {
        let changed = after
            .into_iter()
            .map(|(name, rows)| (name.clone(), rows - before[&name]));
        changed.filter(|(_, rows)| *rows > 0).collect()
    };
    Rows {
        written: less(after.written, &before.written),
        heap_only: less(after.heap_only, &before.heap_only),
        read: less(after.read, &before.read),
    }
}

/// Adds so many people to a chat, behind the sender's back: the count is what matters here.
async fn crowd(app: &TestApp, chat: &str, count: i32) {
    let id: Uuid = chat.parse().unwrap();
    let sql =
        "INSERT INTO participants (chat_id, user_id, role, joined_seq, joined_number, joined_at)
               SELECT $1, gen_random_uuid(), 'MEMBER', 2, 0, now() FROM generate_series(1, $2)";
    app.owner.execute(sql, &[&id, &count]).await.unwrap();
    let sql = "UPDATE chats SET participant_count = participant_count + $2 WHERE id = $1";
    app.owner.execute(sql, &[&id, &count]).await.unwrap();
}

/// Defects 8 and 9: each message wrote a counter for every participant, one round trip each.
#[tokio::test]
async fn a_message_writes_four_rows_among_2_and_among_10_000() {
    let mut app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let (small, large) = (
        app.group(&ada, &[&bob]).await,
        app.group(&ada, &[&bob]).await,
    );
    crowd(&app, &large, 9_998).await;

    let expected: BTreeMap<String, i64> = ["feed_events", "feeds", "messages", "participants"]
        .map(|table| (table.to_owned(), MESSAGES))
        .into();
    for chat in [small, large] {
        let cost = cost_of_messages(&mut app, &ada, &chat).await;
        assert_eq!(cost.written, expected);
        for table in ["feeds", "participants"] {
            assert_eq!(
                cost.heap_only.get(table),
                Some(&MESSAGES),
                "{table}: heap-only updates"
            );
        }
    }
}

/// A reply costs the rows of a message, the thread's and the sender's own in it, whoever else follows.
#[tokio::test]
async fn a_reply_writes_five_rows_however_long_its_thread_is_and_whoever_follows_it() {
    let mut app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    crowd(&app, &chat, 2_000).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    // Bob follows from his first reply on, and so does Ada.
    let reply = json!({ "chatId": chat, "content": "an answer", "threadRootId": root });
    app.call(&bob, "createMessage", reply).await.ok();
    let sql = "INSERT INTO thread_follows (chat_id, root_id, user_id, following)
               SELECT p.chat_id, $2, p.user_id, true FROM participants p WHERE p.chat_id = $1
               ON CONFLICT DO NOTHING";
    let ids: [Uuid; 2] = [
        chat.parse().unwrap(),
        root.as_str().unwrap().parse().unwrap(),
    ];
    app.owner.execute(sql, &[&ids[0], &ids[1]]).await.unwrap();

    let cost = cost_of_replies(&mut app, &bob, &chat, &root).await;
    let expected: BTreeMap<String, i64> = [
        "feed_events",
        "feeds",
        "messages",
        "thread_follows",
        "threads",
    ]
    .map(|table| (table.to_owned(), MESSAGES))
    .into();
    assert_eq!(cost.written, expected);
    for table in ["feeds", "threads"] {
        assert_eq!(cost.heap_only.get(table), Some(&MESSAGES), "{table}");
    }
    let read = cost.read.get("messages").copied().unwrap_or_default();
    // For each, the root twice and the reply that was just stored.
    assert!(read <= 3 * MESSAGES, "{read} rows of messages were read");
}

/// Defect 7: every send loaded the whole history of the chat.
#[tokio::test]
async fn a_message_reads_nothing_of_the_history() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let id: Uuid = chat.parse().unwrap();
    let sql = "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
               SELECT $1, gen_random_uuid(), n, n + 2, $1, 'ada', 'long ago', '', now() FROM generate_series(1, 5000) n";
    app.owner.execute(sql, &[&id]).await.unwrap();
    let sql = "UPDATE feeds SET message_count = 5000, last_seq = 5002 WHERE id = $1";
    app.owner.execute(sql, &[&id]).await.unwrap();
    app.owner.batch_execute("ANALYZE").await.unwrap();

    let cost = cost_of_messages(&mut app, &ada, &chat).await;
    let read = cost.read.get("messages").copied().unwrap_or_default();
    assert!(
        read <= MESSAGES,
        "{read} rows of messages were read for {MESSAGES} sends"
    );
}

/// A text without mentions costs what it always did, also if it has an `@`. Whoever is named costs one row.
#[tokio::test]
async fn a_message_that_mentions_people_writes_one_row_for_each_and_reads_nothing_of_others() {
    let mut app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    crowd(&app, &chat, 10_000).await;
    let input = |content: &str| json!({ "chatId": chat, "content": content });
    let plain = cost_of(&mut app, &ada, input("nothing but text")).await;
    let addresses = cost_of(&mut app, &ada, input("> @ada\n\nme@example.com and `@bob`")).await;
    assert_eq!(addresses, plain);
    assert_eq!(plain.read.get("message_mentions"), None);

    let mut expected = plain.written.clone();
    expected.insert("message_mentions".into(), 2 * MESSAGES);
    let mentions = cost_of(&mut app, &ada, input("@bob and @ada, not @nobody")).await;
    assert_eq!(mentions.written, expected);
    let read = |table: &str, cost: &Rows| cost.read.get(table).copied().unwrap_or_default();
    // For each name its owner, and for each owner their participation; for each person the time of the message.
    for (table, most) in [("users", 2), ("participants", 2), ("messages", 2)] {
        let more = read(table, &mentions) - read(table, &plain);
        assert!(more <= most * MESSAGES, "{table}: {more} rows more");
    }
}

/// New columns make rows wider, and with that the planner expects fewer of them in a table that it knows nothing about. Which
/// of two unique indexes it then prefers is a matter of their age.
#[tokio::test]
async fn what_is_looked_up_by_id_is_found_by_its_key_in_an_empty_database() {
    let app = TestApp::new().await;
    let key = "chat_id = $1 AND id = $2";
    let lookups = [
        format!("SELECT content FROM messages WHERE {key}"),
        format!(
            "SELECT id, is_removed FROM (SELECT id, removed_at IS NULL AS is_removed FROM messages WHERE {key}) m"
        ),
        format!(
            "UPDATE messages SET content = 'x', mention_count = 1 WHERE {key} AND removed_at IS NULL"
        ),
        "SELECT m.content FROM unnest(ARRAY[$1], ARRAY[$2]) AS i (chat_id, id) CROSS JOIN LATERAL (
             SELECT content FROM messages WHERE chat_id = i.chat_id AND id = i.id OFFSET 0) m"
            .to_owned(),
    ];
    for (number, lookup) in lookups.iter().enumerate() {
        let sql = format!(
            "SET plan_cache_mode = force_generic_plan; PREPARE lookup_{number} (uuid, uuid) AS {lookup}"
        );
        app.owner.batch_execute(&sql).await.unwrap();
        let id = Uuid::nil();
        let explain = format!("EXPLAIN EXECUTE lookup_{number} ('{id}', '{id}')");
        let rows = app.owner.simple_query(&explain).await.unwrap();
        let plan: Vec<String> = rows
            .iter()
            .filter_map(|row| match row {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect();
        let scans: Vec<&String> = plan.iter().filter(|line| line.contains("Scan")).collect();
        let of_messages = scans.iter().filter(|line| line.contains("messages_"));
        let others: Vec<_> = of_messages.filter(|line| !line.contains("_pkey")).collect();
        assert!(others.is_empty(), "{lookup}: {plan:#?}");
        assert!(plan.iter().any(|line| line.contains("_pkey")), "{plan:#?}");
    }
}
