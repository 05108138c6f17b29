//! Threads: on messages, by themselves, followed, and what is unread of them.

use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind, Message, MessageId};

use crate::{
    app::{Person, TestApp},
    documents::INBOX,
};

const PAGE: &str = "query($chat: ID!) { messages(chatId: $chat) { nodes { number threadRootId threadOrdinal
    threadRoot { id content } thread { rootId replyCount lastNumber lastReplyAt lastUserIds root { id }
    lastUsers { username } } } } }";

const THREAD: &str = "query($chat: ID!, $root: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
    thread(chatId: $chat, rootId: $root) { rootId chatId replyCount root { content } replies(first: $first, after: $after,
    last: $last, before: $before, around: $around) { nodes { number threadOrdinal content }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

const FOLLOWED: &str = "query($unread: Boolean!, $first: Int, $after: String) {
    followedThreads(unreadOnly: $unread, first: $first, after: $after) { nodes {
        thread { rootId root { content } replies(last: 1) { nodes { content } } } chat { id } following lastReadNumber
        unreadCount } pageInfo { hasNextPage endCursor } } }";

const STATE: &str = "query($chat: ID!, $from: Int!, $to: Int!) { viewerState(chatId: $chat, fromNumber: $from, toNumber: $to) {
    threads { rootId following lastReadNumber unreadCount } } }";

/// A thread under the first message of a chat, with so many replies by Bob, and messages of the timeline between them.
async fn thread(app: &TestApp, ada: &Person, bob: &Person, replies: usize) -> (ChatId, Message) {
    let chat = app.group(ada, &[bob]).await;
    let root = app.say(ada, chat, "a question").await;
    for reply in 1..=replies {
        app.reply_in_thread(bob, &root, &format!("answer {reply}"))
            .await;
        if reply % 2 == 0 {
            app.say(ada, chat, "between").await;
        }
    }
    (chat, root)
}

async fn id_of(app: &TestApp, chat: ChatId, number: i64) -> Value {
    let sql = "SELECT id FROM messages WHERE chat_id = $1 AND number = $2";
    let row = app.owner.query_one(sql, &[&chat.0, &number]).await.unwrap();
    json!(row.get::<_, uuid::Uuid>(0))
}

#[tokio::test]
async fn a_page_shows_the_threads_of_its_messages_to_everyone_alike() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    let root = app.say(&ada, chat, "a question").await;
    app.reply_in_thread(&bob, &root, "one").await;
    let last = app.reply_in_thread(&ada, &root, "two").await;
    // A visitor of a public chat may read it, too.
    for person in [&ada, &bob, &eve] {
        let seen = app.ask(Some(person), PAGE, json!({ "chat": chat })).await;
        let nodes = seen.ok()["nodes"].clone();
        assert_eq!(
            nodes[0],
            json!({ "number": 1, "threadRootId": null, "threadOrdinal": null, "threadRoot": null, "thread": {
                "rootId": root.id, "replyCount": 2, "lastNumber": 3, "lastReplyAt": last.created_at,
                "lastUserIds": [ada.id, bob.id], "root": { "id": root.id },
                "lastUsers": [{ "username": "ada" }, { "username": "bob" }] } })
        );
        assert_eq!(
            nodes[2],
            json!({ "number": 3, "threadRootId": root.id, "threadOrdinal": 2, "thread": null,
                    "threadRoot": { "id": root.id, "content": "a question" } })
        );
    }
}

#[tokio::test]
async fn a_page_that_is_shared_does_not_outlive_a_reply() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let (chat, root) = thread(&app, &ada, &bob, 0).await;
    let page = "query($chat: ID!) { messages(chatId: $chat, first: 1) { nodes { thread { replyCount } } } }";
    let executed = async || app.metric("receiver_pages_executed_total").await;
    // Without a hint: what is in Postgres counts, not what was heard.
    app.publisher.mute();
    let before = executed().await;
    for count in 0..3 {
        for person in [&ada, &bob] {
            let seen = app.ask(Some(person), page, json!({ "chat": chat })).await;
            let seen = seen.ok()["nodes"][0]["thread"].clone();
            let expected = match count {
                0 => Value::Null,
                _ => json!({ "replyCount": count }),
            };
            assert_eq!(seen, expected);
        }
        app.reply_in_thread(&bob, &root, "more").await;
    }
    // Once for both, each time.
    assert!((executed().await - before - 3.0).abs() < 0.5);
}

fn ordinals(page: &Value) -> Vec<i64> {
    let nodes = page["replies"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| node["threadOrdinal"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn the_replies_are_a_list_in_both_directions_and_around_one() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let (chat, root) = thread(&app, &ada, &bob, 12).await;
    let page = async |paging: Value| {
        let mut variables = json!({ "chat": chat, "root": root.id });
        let paging = paging.as_object().unwrap().clone();
        variables.as_object_mut().unwrap().extend(paging);
        app.ask(Some(&bob), THREAD, variables).await
    };
    let all = page(json!({})).await.ok();
    assert_eq!(ordinals(&all), (1..=12).collect::<Vec<_>>());
    assert_eq!(all["root"]["content"], "a question");
    assert_eq!(all["replies"]["pageInfo"]["hasPreviousPage"], false);

    for (size, cursor, more, next) in [
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ] {
        let (mut seen, mut position, mut pages) = (vec![], Value::Null, 0);
        loop {
            let part = page(json!({ size: 5, cursor: position })).await.ok();
            seen.extend(ordinals(&part));
            pages += 1;
            position = part["replies"]["pageInfo"][next].clone();
            if part["replies"]["pageInfo"][more] == false {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!((seen, pages), ((1..=12).collect::<Vec<_>>(), 3), "{size}");
    }

    let reply = app.reply_in_thread(&ada, &root, "the thirteenth").await;
    for (around, first, expected) in [(7, 5, 5..=9), (1, 4, 1..=4), (13, 6, 10..=13)] {
        let nodes = page(json!({ "first": 100 })).await.ok();
        let number = &nodes["replies"]["nodes"][around - 1]["number"];
        let id = id_of(&app, chat, number.as_i64().unwrap()).await;
        let seen = page(json!({ "around": id, "first": first })).await.ok();
        assert_eq!(ordinals(&seen), expected.clone().collect::<Vec<_>>());
        let info = &seen["replies"]["pageInfo"];
        assert_eq!(info["hasPreviousPage"], *expected.start() > 1);
        assert_eq!(info["hasNextPage"], *expected.end() < 13);
    }
    for other in [root.id, MessageId::new()] {
        page(json!({ "around": other }))
            .await
            .assert_refused("NOT_FOUND", None);
    }
    page(json!({ "around": reply.id, "last": 3 }))
        .await
        .assert_refused("BAD_USER_INPUT", "around");
    page(json!({ "first": 101 }))
        .await
        .assert_refused("BAD_USER_INPUT", "first");
}

#[tokio::test]
async fn a_thread_is_seen_by_those_who_may_read_its_messages() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let (group, root) = thread(&app, &ada, &bob, 2).await;
    let variables = json!({ "chat": group, "root": root.id });
    for person in [&ada, &bob] {
        let seen = app.ask(Some(person), THREAD, variables.clone()).await.ok();
        assert_eq!(ordinals(&seen), [1, 2]);
    }
    let nothing = app.ask(Some(&eve), THREAD, variables.clone()).await.ok();
    assert_eq!(nothing, Value::Null);
    app.ask(None, THREAD, variables.clone())
        .await
        .assert_refused("UNAUTHENTICATED", None);
    app.remove(&ada, group, &bob).await;
    let nothing = app.ask(Some(&bob), THREAD, variables).await.ok();
    assert_eq!(nothing, Value::Null);
    // A message without replies has no thread, and neither has one that is a reply.
    let plain = app.say(&ada, group, "plain").await;
    let variables = json!({ "chat": group, "root": plain.id });
    let nothing = app.ask(Some(&ada), THREAD, variables).await.ok();
    assert_eq!(nothing, Value::Null);
}

#[tokio::test]
async fn the_followed_threads_of_all_chats_come_newest_reply_first() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let mut roots = vec![];
    for _ in 0..5 {
        roots.push(thread(&app, &ada, &bob, 2).await);
    }
    // The first one is talked about again, the second is not followed any longer, and the third is in a chat that Bob left.
    app.reply_in_thread(&ada, &roots[0].1, "again").await;
    app.follow_thread(&bob, &roots[1].1, false, 0).await;
    app.remove(&ada, roots[2].0, &bob).await;
    let followed = async |person: &Person, unread: bool, first: i64, after: &Value| {
        let variables = json!({ "unread": unread, "first": first, "after": after });
        app.ask(Some(person), FOLLOWED, variables).await.ok()
    };
    let ids = |page: &Value| -> Vec<Value> {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["thread"]["rootId"].clone()).collect()
    };
    let id = |index: usize| json!(roots[index].1.id);
    let all = followed(&bob, false, 50, &Value::Null).await;
    assert_eq!(ids(&all), [id(0), id(4), id(3)]);
    assert_eq!(
        all["nodes"][0],
        json!({
            "thread": { "rootId": id(0), "root": { "content": "a question" },
                        "replies": { "nodes": [{ "content": "again" }] } },
            "chat": { "id": roots[0].0 }, "following": true, "lastReadNumber": 3, "unreadCount": 1
        })
    );
    let unread = followed(&bob, true, 50, &Value::Null).await;
    assert_eq!(ids(&unread), [id(0)]);

    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let page = followed(&bob, false, 2, &after).await;
        seen.extend(ids(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, [id(0), id(4), id(3)]);
    let variables = json!({ "unread": false, "after": "1.2" });
    app.ask(Some(&bob), FOLLOWED, variables)
        .await
        .assert_refused("BAD_USER_INPUT", "after");
    // Whatever was removed is nothing to read, and what the chat's mark reaches was read.
    let last = app.reply_in_thread(&ada, &roots[4].1, "gone at once").await;
    let unread = followed(&bob, true, 50, &Value::Null).await;
    assert_eq!(ids(&unread), [id(4), id(0)]);
    app.unsay(&ada, &last).await;
    app.read(&bob, roots[0].0, 5).await;
    let unread = followed(&bob, true, 50, &Value::Null).await;
    assert_eq!(ids(&unread), Vec::<Value>::new());
    // Ada, who wrote the roots, has not looked into the other ones.
    let unread = followed(&ada, true, 50, &Value::Null).await;
    assert_eq!(ids(&unread), Vec::<Value>::new(), "she read the chats");
}

#[tokio::test]
async fn where_one_stands_with_threads_is_asked_for_by_numbers() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let mut roots = vec![];
    for number in 1..=3 {
        roots.push(app.say(&ada, chat, &number.to_string()).await);
    }
    for _ in 0..2 {
        app.reply_in_thread(&bob, &roots[0], "one").await;
    }
    app.reply_in_thread(&eve, &roots[1], "two").await;
    app.follow_thread(&bob, &roots[1], false, 0).await;
    app.follow_thread(&bob, &roots[2], true, 0).await;
    app.reply_in_thread(&eve, &roots[0], "three").await;
    let state = async |person, from: i64, to: i64| {
        let variables = json!({ "chat": chat, "from": from, "to": to });
        app.ask(Some(person), STATE, variables).await.ok()["threads"].clone()
    };
    let row = |root: usize, following: bool, mark: i64, unread: i64| json!({ "rootId": roots[root].id, "following": following, "lastReadNumber": mark, "unreadCount": unread });
    assert_eq!(
        state(&bob, 1, 10).await,
        json!([row(0, true, 5, 1), row(1, false, 0, 1), row(2, true, 0, 0)])
    );
    assert_eq!(state(&bob, 2, 2).await, json!([row(1, false, 0, 1)]));
    // The replies themselves are in no range of roots.
    assert_eq!(state(&bob, 4, 10).await, json!([]));
    assert_eq!(
        state(&ada, 1, 10).await,
        json!([row(0, true, 0, 3), row(1, true, 0, 1)])
    );
}

#[tokio::test]
async fn own_replies_are_counted_nowhere_as_unread() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, chat, "a question").await;
    app.say(&ada, chat, "and more").await;
    let mut live = app
        .follow(
            &bob,
            "subscription { unreadCountUpdated { unreadCount messageCount } }",
            json!({}),
        )
        .await;
    live.silence(200).await;
    let own = app.reply_in_thread(&bob, &root, "mine").await;
    let gone = app.reply_in_thread(&bob, &root, "mine, too").await;
    app.unsay(&bob, &gone).await;
    let told = loop {
        let told = live.next().await;
        if told["messageCount"] == 4 {
            break told;
        }
    };
    assert_eq!(told["unreadCount"], 2);
    let counts = "{ unreadCounts { unreadCount lastReadNumber messageCount } }";
    assert_eq!(
        app.ask(Some(&bob), counts, json!({})).await.ok(),
        json!([{ "unreadCount": 2, "lastReadNumber": 0, "messageCount": 4 }])
    );
    let list = "{ chats { edges { unreadCount node { ownReplyNumbers removedNumbers } } } }";
    let edge = app.ask(Some(&bob), list, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(
        edge,
        json!({ "unreadCount": 2, "node": { "ownReplyNumbers": [own.number], "removedNumbers": [gone.number] } })
    );
    app.read(&bob, chat, own.number).await;
    let edge = app.ask(Some(&bob), list, json!({})).await.ok()["edges"][0].clone();
    assert_eq!(
        edge,
        json!({ "unreadCount": 0, "node": { "ownReplyNumbers": [], "removedNumbers": [gone.number] } })
    );
    assert_eq!(app.ask(Some(&bob), counts, json!({})).await.ok(), json!([]));
}

#[tokio::test]
async fn following_is_an_event_of_the_followers_own_feed() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let (chat, root) = thread(&app, &ada, &bob, 1).await;
    let mut inbox = app.follow(&ada, INBOX, json!({})).await;
    inbox.greeting(ada.id).await;
    app.follow_thread(&ada, &root, true, 2).await;
    let events = inbox.events().await;
    assert_eq!(events[0]["__typename"], "ThreadFollowChanged");
    assert_eq!(events[0]["chatId"], json!(chat));
    assert_eq!(events[0]["rootId"], json!(root.id));
    assert_eq!(events[0]["following"], true);
    assert_eq!(events[0]["lastReadNumber"], 2);
    app.follow_thread(&bob, &root, false, 0).await;
    let reply = app.reply_in_thread(&bob, &root, "more").await;
    let events = inbox.events().await;
    assert_eq!(events[0]["__typename"], "MessageAdded");
    assert_eq!(events[0]["message"]["threadRootId"], json!(root.id));
    assert_eq!(
        events[0]["message"]["threadOrdinal"],
        json!(reply.thread_ordinal)
    );
}

#[tokio::test]
async fn pages_of_long_replies_are_short_and_put_together_they_are_the_thread() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let long = "\u{1F600}".repeat(5_000);
    let mut roots = vec![];
    for _ in 0..8 {
        let chat = app.group(&ada, &[&bob]).await;
        let root = app.say(&ada, chat, &long).await;
        app.reply_in_thread(&bob, &root, "short").await;
        roots.push(root);
    }
    let root = &roots[7];
    for _ in 0..19 {
        app.reply_in_thread(&bob, root, &long).await;
    }
    let mut seen = vec![];
    let mut before = Value::Null;
    loop {
        let variables =
            json!({ "chat": root.chat_id, "root": root.id, "last": 100, "before": before });
        let page = app.ask(Some(&ada), THREAD, variables).await.ok();
        assert!((1..=7).contains(&ordinals(&page).len()));
        seen.extend(ordinals(&page));
        before = page["replies"]["pageInfo"]["startCursor"].clone();
        if page["replies"]["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).collect::<Vec<_>>());

    let (mut count, mut after) = (0, Value::Null);
    loop {
        let variables = json!({ "unread": false, "first": 100, "after": after });
        let page = app.ask(Some(&ada), FOLLOWED, variables).await.ok();
        let nodes = page["nodes"].as_array().unwrap().len();
        assert!((1..=6).contains(&nodes), "{nodes}");
        count += nodes;
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(count, 8);
}

/// Rows and entries of indexes that are read of these tables. Backends report at the latest when they end.
async fn read(app: &TestApp) -> i64 {
    app.count_what_was_written().await;
    loop {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'receiver'";
        if app
            .owner
            .query_one(sql, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let sql = "SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables)::bigint
                    + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::bigint";
    let fresh = app.database.connect_as_owner().await;
    fresh.query_one(sql, &[]).await.unwrap().get(0)
}

/// Puts so many replies into a thread, behind the sender's back.
async fn grow(app: &TestApp, person: &Person, root: &Message, replies: i64) {
    let sql = "WITH added AS (
                   INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash,
                                         created_at, thread_root_id, thread_ordinal)
                   SELECT $1, gen_random_uuid(), t.last_number + n, t.last_number + n + 2, $3, 'bob', 'long ago', '',
                          now(), $2, (t.reply_count + n)::integer
                   FROM threads t, generate_series(1, $4::bigint) n WHERE t.chat_id = $1 AND t.root_id = $2
               ), counted AS (
                   UPDATE feeds SET message_count = message_count + $4, last_seq = last_seq + $4 WHERE id = $1
               )
               UPDATE threads SET reply_count = (reply_count + $4)::integer, last_number = last_number + $4
               WHERE chat_id = $1 AND root_id = $2";
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&root.chat_id.0, &root.id.0, &person.id.0, &replies];
    app.owner.execute(sql, &parameters).await.unwrap();
}

#[tokio::test]
async fn a_thread_of_5_000_replies_costs_what_a_small_one_costs() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let (ada, bob, _) = app.trio().await;
    let mut costs = vec![];
    for replies in [100, 5_000] {
        let (chat, root) = thread(&app, &ada, &bob, 1).await;
        grow(&app, &bob, &root, replies).await;
        app.owner.batch_execute("ANALYZE").await.unwrap();
        let middle = id_of(&app, chat, 2 + replies / 2).await;
        let before = read(&app).await;
        let config = app.config(receiver::LiveArgs::default());
        app.start(config).await;
        for paging in [
            json!({ "last": 50 }),
            json!({ "last": 50, "before": (replies / 2).to_string() }),
            json!({ "first": 50, "around": middle }),
        ] {
            let mut variables = json!({ "chat": chat, "root": root.id });
            let paging = paging.as_object().unwrap().clone();
            variables.as_object_mut().unwrap().extend(paging);
            let page = app.ask(Some(&ada), THREAD, variables).await.ok();
            assert!(ordinals(&page).len() >= 45);
        }
        let variables = json!({ "chat": chat, "from": 1, "to": 50 });
        let state = app.ask(Some(&ada), STATE, variables).await.ok();
        assert_eq!(state["threads"][0]["unreadCount"], replies + 1);
        let variables = json!({ "unread": true, "first": 10 });
        let page = app.ask(Some(&ada), FOLLOWED, variables).await.ok();
        assert_eq!(page["nodes"][0]["unreadCount"], replies + 1);
        app.ask(Some(&ada), PAGE, json!({ "chat": chat }))
            .await
            .ok();
        // Where a time stands in a long chat is found by a few lookups more, too.
        let around = "query($chat: ID!) { messages(chatId: $chat, first: 1, aroundTime: \"2100-01-01T00:00:00Z\") { nodes { number } } }";
        let page = app.ask(Some(&ada), around, json!({ "chat": chat })).await;
        assert_eq!(page.ok()["nodes"][0]["number"], replies + 2);
        app.stop(0).await;
        costs.push(read(&app).await - before);
        app.remove(&ada, chat, &ada).await;
    }
    assert!(costs[0] > 100, "{costs:?}");
    assert!(costs[1] - costs[0] < 200, "{costs:?}");
}
