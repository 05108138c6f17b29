//! Replies in threads: `createMessage` with a `threadRootId`, and what is unread afterwards.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared_schema::{Change, MessageId};
use uuid::Uuid;

use crate::app::{Person, TestApp};

fn reply(chat: &str, root: &Value, content: &str) -> Value {
    json!({ "id": MessageId::new(), "chatId": chat, "threadRootId": root, "content": content })
}

/// Replies, and returns the message.
async fn answer(app: &TestApp, person: &Person, chat: &str, root: &Value) -> Value {
    let input = reply(chat, root, "a reply");
    app.call(person, "createMessage", input).await.ok()["message"].clone()
}

/// Ada and Bob in a group, and a message of Ada's.
async fn group(app: &TestApp) -> (Person, Person, String, Value) {
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    (ada, bob, chat, root)
}

/// The stored threads of a chat: root, replies, newest number and last users.
async fn threads(app: &TestApp, chat: &str) -> Vec<(Uuid, i32, i64, Vec<Uuid>)> {
    let chat: Uuid = chat.parse().unwrap();
    let sql = "SELECT t.root_id, t.reply_count, t.last_number, t.last_user_ids, t.last_reply_at = m.created_at
               FROM threads t JOIN messages m ON m.chat_id = t.chat_id AND m.number = t.last_number
               WHERE t.chat_id = $1 ORDER BY t.root_id";
    let rows = app.owner.query(sql, &[&chat]).await.unwrap();
    let read = |row: &tokio_postgres::Row| {
        assert!(row.get::<_, bool>(4), "the time of the newest reply");
        (row.get(0), row.get(1), row.get(2), row.get(3))
    };
    rows.iter().map(read).collect()
}

/// Who follows which thread, with their marks.
async fn follows(app: &TestApp, chat: &str) -> BTreeMap<(Uuid, Uuid), (bool, i64)> {
    let chat: Uuid = chat.parse().unwrap();
    let sql = "SELECT root_id, user_id, following, last_read_number FROM thread_follows WHERE chat_id = $1";
    let rows = app.owner.query(sql, &[&chat]).await.unwrap();
    rows.iter()
        .map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3))))
        .collect()
}

fn uuid(id: &str) -> Uuid {
    id.parse().unwrap()
}

fn id_of(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_reply_is_a_message_of_the_chat_with_a_place_in_its_thread() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    let mut subscriber = app.listen(&[&chat]).await;
    let first = answer(&app, &bob, &chat, &root).await;
    assert_eq!(first["number"], 2);
    assert_eq!(first["threadRootId"], root);
    assert_eq!(first["threadOrdinal"], 1);
    let event = subscriber.event(&chat, 4).await.events.remove(0);
    let Change::MessageAdded(told) = event.change else {
        panic!("{event:?}");
    };
    assert_eq!(told.thread_root_id.map(|id| id.0), Some(id_of(&root)));
    assert_eq!(told.thread_ordinal, Some(1));

    app.say(&ada, &chat, "in the timeline").await;
    // A reply to a reply joins its thread: there is one level.
    let second = answer(&app, &bob, &chat, &first["id"]).await;
    assert_eq!(second["threadRootId"], root);
    assert_eq!(second["threadOrdinal"], 2);
    let third = answer(&app, &ada, &chat, &root).await;
    assert_eq!(third["threadOrdinal"], 3);
    let (ada_id, bob_id) = (uuid(&ada.id), uuid(&bob.id));
    assert_eq!(
        threads(&app, &chat).await,
        [(id_of(&root), 3, 5, vec![ada_id, bob_id])]
    );
    assert_eq!(
        follows(&app, &chat).await,
        BTreeMap::from([
            ((id_of(&root), ada_id), (true, 5)),
            ((id_of(&root), bob_id), (true, 4)),
        ])
    );
}

#[tokio::test]
async fn a_message_of_the_timeline_has_no_thread_and_the_hash_that_it_always_had() {
    let app = TestApp::new().await;
    let (ada, _, chat, _) = group(&app).await;
    let id = MessageId::new();
    let input = json!({ "id": id, "chatId": chat, "content": "plain" });
    let message = app.call(&ada, "createMessage", input).await.ok()["message"].clone();
    assert_eq!(message["threadRootId"], Value::Null);
    assert_eq!(message["threadOrdinal"], Value::Null);

    let mut hash = Sha256::new();
    let (ada, chat) = (uuid(&ada.id), uuid(&chat));
    let parts: [&[u8]; 5] = [
        b"createMessage",
        ada.as_bytes(),
        chat.as_bytes(),
        b"plain",
        &[0],
    ];
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let sql = "SELECT request_hash FROM messages WHERE chat_id = $1 AND id = $2";
    let row = app.owner.query_one(sql, &[&chat, &id.0]).await.unwrap();
    assert_eq!(row.get::<_, Vec<u8>>(0), hash.finalize().to_vec());
}

#[tokio::test]
async fn a_retry_is_the_same_reply_and_another_thread_is_other_content() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    let other = app.say(&ada, &chat, "another question").await["id"].clone();
    let input = reply(&chat, &root, "once");
    let first = app.call(&bob, "createMessage", input.clone()).await;
    let again = app.call(&bob, "createMessage", input.clone()).await;
    assert_eq!(first.ok(), again.ok());
    for elsewhere in [other, Value::Null] {
        let mut input = input.clone();
        input["threadRootId"] = elsewhere;
        app.call(&bob, "createMessage", input)
            .await
            .assert_refused("CONFLICT", "id");
    }
    assert_eq!(threads(&app, &chat).await.len(), 1);
}

#[tokio::test]
async fn only_a_message_of_the_same_chat_can_be_a_root_removed_or_not() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    let elsewhere = app.group(&ada, &[&bob]).await;
    for (chat, root) in [(&elsewhere, &root), (&chat, &json!(MessageId::new()))] {
        app.call(&bob, "createMessage", reply(chat, root, "x"))
            .await
            .assert_refused("NOT_FOUND", "threadRootId");
    }
    let gone = json!({ "chatId": chat, "id": root });
    app.call(&ada, "removeMessage", gone).await.ok();
    let late = answer(&app, &bob, &chat, &root).await;
    assert_eq!(late["threadOrdinal"], 1);
}

#[tokio::test]
async fn a_chat_may_do_without_threads_and_keeps_those_it_has() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    let input = reply(&chat, &root, "in time");
    app.call(&bob, "createMessage", input.clone()).await.ok();
    let settings = json!({ "chatId": chat, "threadsAllowed": false });
    let refused = app.call(&bob, "updateChat", settings.clone()).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let payload = app.call(&ada, "updateChat", settings).await.ok();
    assert_eq!(payload["chat"]["threadsAllowed"], false);

    let refused = app
        .call(&ada, "createMessage", reply(&chat, &root, "late"))
        .await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert_eq!(refused.reason(), Some("THREADS_NOT_ALLOWED"));
    // A retry is answered, and the timeline is open.
    app.call(&bob, "createMessage", input).await.ok();
    app.say(&bob, &chat, "in the timeline").await;
    let read = json!({ "chatId": chat, "rootId": root, "number": 2 });
    app.call(&ada, "markThreadAsRead", read).await.ok();
}

#[tokio::test]
async fn the_author_of_a_root_follows_unless_they_left_or_decided_otherwise() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    let eve = app.person("eve").await;
    let input = json!({ "chatId": chat, "userId": eve.id });
    app.call(&ada, "addParticipant", input).await.ok();
    let of_bob = app.say(&bob, &chat, "another question").await["id"].clone();
    let thread = json!({ "chatId": chat, "rootId": of_bob });
    app.call(&bob, "followThread", thread.clone()).await.ok();
    app.call(&bob, "unfollowThread", thread).await.ok();
    let of_eve = app.say(&eve, &chat, "a third one").await["id"].clone();
    app.call(&eve, "leaveChat", json!({ "chatId": chat }))
        .await
        .ok();

    for (person, root) in [(&bob, &root), (&ada, &of_bob), (&ada, &of_eve)] {
        answer(&app, person, &chat, root).await;
    }
    let follows = follows(&app, &chat).await;
    let of = |root: &Value, person: &Person| follows.get(&(id_of(root), uuid(&person.id))).copied();
    assert_eq!(of(&root, &ada), Some((true, 0)));
    assert_eq!(of(&of_bob, &bob), Some((false, 0)));
    assert_eq!(of(&of_eve, &eve), None);
}

/// Sending is reading, where one sends: a reply is no reason to believe that the chat was read.
#[tokio::test]
async fn a_reply_leaves_the_mark_of_the_chat_and_is_not_new_to_its_sender() {
    let app = TestApp::new().await;
    let (ada, bob, chat, root) = group(&app).await;
    for _ in 0..3 {
        app.say(&ada, &chat, "more").await;
    }
    let unread = async |person: &Person| unread(&app, &chat, person).await.0;
    assert_eq!(unread(&bob).await, 4);
    answer(&app, &bob, &chat, &root).await;
    assert_eq!(unread(&bob).await, 4, "his own reply is not new to him");
    assert_eq!(unread(&ada).await, 1);
    let input = json!({ "chatId": chat, "number": 2 });
    let payload = app.call(&bob, "markAsRead", input).await.ok();
    assert_eq!(payload["unreadCount"], 2);
    app.say(&bob, &chat, "here I am").await;
    assert_eq!(unread(&bob).await, 0);
}

/// Of a participant: what is unread in the chat, and in each thread that they have a row of.
async fn unread(app: &TestApp, chat: &str, person: &Person) -> (i64, BTreeMap<Uuid, i64>) {
    let ids = [uuid(chat), uuid(&person.id)];
    let sql = "SELECT unread_count FROM unread_counts WHERE chat_id = $1 AND user_id = $2";
    let in_chat = app.owner.query_one(sql, &[&ids[0], &ids[1]]).await.unwrap();
    let sql = "SELECT root_id, unread_count FROM thread_unread_counts WHERE chat_id = $1 AND user_id = $2";
    let in_threads = app.owner.query(sql, &[&ids[0], &ids[1]]).await.unwrap();
    let in_threads = in_threads.iter().map(|row| (row.get(0), row.get(1)));
    (in_chat.get(0), in_threads.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_replies_at_once_on_two_senders_leads_to_dense_ordinals() {
    let app = TestApp::with(2, lab_stack::servers::shared().redis_url()).await;
    let people = app.people(12).await;
    let others: Vec<&Person> = people[1..].iter().collect();
    let chat = app.group(&people[0], &others).await;
    let mut roots = vec![];
    for number in 0..2 {
        let text = format!("question {number}");
        roots.push(app.say(&people[0], &chat, &text).await["id"].clone());
    }
    let replies = people.iter().enumerate().map(async |(place, person)| {
        for turn in 0..10 {
            let input = match turn % 3 {
                2 => json!({ "id": MessageId::new(), "chatId": chat, "content": "between" }),
                _ => reply(&chat, &roots[(place + turn) % 2], "a reply"),
            };
            app.insist((place + turn) % 2, person, "createMessage", input)
                .await
                .ok();
        }
    });
    join_all(replies).await;

    let sql = "SELECT thread_root_id, array_agg(thread_ordinal ORDER BY number), max(number)
               FROM messages WHERE chat_id = $1 AND thread_root_id IS NOT NULL
               GROUP BY thread_root_id ORDER BY thread_root_id";
    let rows = app.owner.query(sql, &[&uuid(&chat)]).await.unwrap();
    let stored = threads(&app, &chat).await;
    assert_eq!((rows.len(), stored.len()), (2, 2));
    for (row, (root, count, last, users)) in rows.iter().zip(&stored) {
        let ordinals: Vec<i32> = row.get(1);
        assert_eq!(row.get::<_, Uuid>(0), *root);
        assert_eq!(ordinals, (1..=*count).collect::<Vec<_>>());
        assert_eq!(row.get::<_, i64>(2), *last);
        assert_eq!(users.len(), 5);
    }
    assert_eq!(stored.iter().map(|thread| thread.1).sum::<i32>(), 12 * 7);
    // Whoever replied follows, with the mark at their last reply in the thread.
    let sql = "SELECT thread_root_id, sender_id, max(number) FROM messages
               WHERE chat_id = $1 AND thread_root_id IS NOT NULL GROUP BY 1, 2";
    let rows = app.owner.query(sql, &[&uuid(&chat)]).await.unwrap();
    let follows = follows(&app, &chat).await;
    for row in &rows {
        let key = (row.get(0), row.get(1));
        assert_eq!(follows.get(&key), Some(&(true, row.get(2))));
    }
}
