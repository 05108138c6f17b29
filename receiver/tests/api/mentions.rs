//! Mentions: on messages, above the mark, and as a list; and participants by the beginning of their name.

use receiver::LiveArgs;
use serde_json::{Value, json};
use shared_schema::{ChatId, ChatKind, Message};

use crate::{
    app::{Person, TestApp},
    documents::INBOX,
};

const PAGE: &str = "query($chat: ID!) { messages(chatId: $chat) { nodes { number mentionsAll
    mentions { userId start length user { username } } } } }";

const NUMBERS: &str = "query($chat: ID!) { chat(id: $chat) { mentionNumbers } }";

const LIST: &str = "query($first: Int, $after: String) { mentions(first: $first, after: $after) {
    edges { cursor node { content } } pageInfo { hasNextPage endCursor } } }";

async fn numbers(app: &TestApp, person: &Person, chat: ChatId) -> Value {
    let answer = app
        .ask(Some(person), NUMBERS, json!({ "chat": chat }))
        .await;
    answer.ok()["mentionNumbers"].clone()
}

/// The texts of all messages that mention someone, read page by page.
async fn list(app: &TestApp, person: &Person, first: i64) -> Vec<String> {
    let (mut seen, mut after) = (vec![], Value::Null);
    loop {
        let variables = json!({ "first": first, "after": after });
        let page = app.ask(Some(person), LIST, variables).await.ok();
        let edges = page["edges"].as_array().unwrap();
        assert!(i64::try_from(edges.len()).unwrap() <= first);
        seen.extend(edges.iter().map(|edge| {
            let text = edge["node"]["content"].as_str();
            text.unwrap_or("removed").to_owned()
        }));
        if page["pageInfo"]["hasNextPage"] == false {
            return seen;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_page_shows_the_mentions_of_its_messages_to_everyone_alike() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.chat(ChatKind::Public, "Public", &ada, &[&bob]).await;
    app.mention(&ada, chat, "🙂 @bob, @ada, @bob", &[&ada, &bob])
        .await;
    app.mention(&bob, chat, "@all", &[]).await;
    app.say(&bob, chat, "@ada, in words only").await;
    let place = |person: &Person, start: i32| json!({ "userId": person.id, "start": start, "length": 4, "user": { "username": person.username } });
    for person in [&ada, &bob, &eve] {
        let seen = app.ask(Some(person), PAGE, json!({ "chat": chat })).await;
        assert_eq!(
            seen.ok()["nodes"],
            json!([
                { "number": 1, "mentionsAll": false,
                  "mentions": [place(&bob, 3), place(&ada, 9), place(&bob, 15)] },
                { "number": 2, "mentionsAll": true, "mentions": [] },
                { "number": 3, "mentionsAll": false, "mentions": [] },
            ])
        );
    }
}

/// The rows are read after the text. What they say about another text must not reach a client.
#[tokio::test]
async fn a_place_that_the_text_does_not_have_is_left_out() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app
        .mention(&ada, chat, "hello @bob and @bob", &[&bob])
        .await;
    // As a release that knows nothing of mentions edits it.
    app.edit(&ada, &message, "hello @bob").await;
    let seen = app
        .ask(Some(&bob), PAGE, json!({ "chat": chat }))
        .await
        .ok();
    let mentions = seen["nodes"][0]["mentions"].clone();
    assert_eq!(mentions.as_array().unwrap().len(), 1);
    assert_eq!(mentions[0]["start"], 6);
    app.unsay(&ada, &message).await;
    let seen = app
        .ask(Some(&bob), PAGE, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(seen["nodes"][0]["mentions"], json!([]));
    assert_eq!(numbers(&app, &bob, chat).await, json!([]));
    assert_eq!(list(&app, &bob, 10).await, Vec::<String>::new());
}

#[tokio::test]
async fn events_bring_the_mentions_of_their_messages() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let document = "subscription($chat: ID!) { messageAdded(chatId: $chat) { number mentionsAll mentions { start
        user { username } } } }";
    let mut live = app.follow(&bob, document, json!({ "chat": chat })).await;
    live.silence(200).await;
    app.mention(&ada, chat, "@bob", &[&bob]).await;
    app.mention(&ada, chat, "@all", &[]).await;
    let bob = json!([{ "start": 0, "user": { "username": "bob" } }]);
    assert_eq!(
        live.next().await,
        json!({ "number": 1, "mentionsAll": false, "mentions": bob })
    );
    assert_eq!(
        live.next().await,
        json!({ "number": 2, "mentionsAll": true, "mentions": [] })
    );
}

#[tokio::test]
async fn numbers_are_those_above_the_mark_that_mention_the_caller() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob, &eve]).await;
    let first = app
        .mention(&ada, chat, "@bob and @eve", &[&bob, &eve])
        .await;
    app.say(&ada, chat, "nobody").await;
    app.mention(&eve, chat, "@all and @bob", &[&bob]).await;
    app.mention(&bob, chat, "@all and @bob by himself", &[&bob])
        .await;
    let fifth = app.mention(&ada, chat, "@bob", &[&bob]).await;
    assert_eq!(numbers(&app, &bob, chat).await, json!([1, 3, 5]));
    assert_eq!(numbers(&app, &eve, chat).await, json!([1, 4]));
    // An edit that names somebody else, and a removal.
    app.edit_mention(&ada, &fifth, "@eve", &eve).await;
    assert_eq!(numbers(&app, &bob, chat).await, json!([1, 3]));
    assert_eq!(numbers(&app, &eve, chat).await, json!([1, 4, 5]));
    app.unsay_mention(&ada, &first).await;
    assert_eq!(numbers(&app, &bob, chat).await, json!([3]));
    // They clear with reading.
    app.read(&bob, chat, 3).await;
    assert_eq!(numbers(&app, &bob, chat).await, json!([]));
    assert_eq!(numbers(&app, &eve, chat).await, json!([4, 5]));
}

#[tokio::test]
async fn who_left_sees_nothing_and_who_comes_back_was_not_among_all() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    app.mention(&ada, chat, "@bob, the first", &[&bob]).await;
    app.mention(&ada, chat, "@all, the first", &[]).await;
    app.remove(&ada, chat, &bob).await;
    let nothing = Vec::<String>::new();
    assert_eq!(list(&app, &bob, 10).await, nothing);
    let hidden = app.ask(Some(&bob), NUMBERS, json!({ "chat": chat })).await;
    assert_eq!(hidden.ok(), Value::Null);
    app.mention(&ada, chat, "@all, while he is away", &[]).await;
    app.add(&ada, chat, &[&bob, &eve]).await;
    app.mention(&ada, chat, "@all, the last", &[]).await;
    // What named him in person is there as all messages are.
    assert_eq!(
        list(&app, &bob, 10).await,
        ["@all, the last", "@bob, the first"]
    );
    assert_eq!(list(&app, &eve, 10).await, ["@all, the last"]);
    assert_eq!(numbers(&app, &bob, chat).await, json!([4]));
    app.dissolve(&ada, chat, &[&ada, &bob, &eve]).await;
    assert_eq!(list(&app, &eve, 10).await, nothing);
    app.ask(None, LIST, json!({}))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

#[tokio::test]
async fn the_list_has_all_chats_newest_first_in_pages() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chats = [
        app.group(&ada, &[&bob]).await,
        app.group(&ada, &[&bob, &eve]).await,
    ];
    let mut expected = vec![];
    for number in 0..12 {
        let chat = chats[number % 2];
        let (text, is_for_bob) = match number % 4 {
            0 => (format!("@bob {number}"), true),
            1 => (format!("@all {number}"), true),
            2 => (format!("@ada {number}"), false),
            _ => (format!("@all and @bob {number}"), true),
        };
        app.mention(&ada, chat, &text, &[&ada, &bob]).await;
        if is_for_bob {
            expected.insert(0, text);
        }
    }
    app.mention(&bob, chats[0], "@all of mine", &[]).await;
    for size in [1, 2, 4, 100] {
        assert_eq!(list(&app, &bob, size).await, expected, "{size}");
    }
    for (arguments, field) in [
        (json!({ "first": 101 }), "first"),
        (json!({ "after": "1.2" }), "after"),
    ] {
        app.ask(Some(&bob), LIST, arguments)
            .await
            .assert_refused("BAD_USER_INPUT", field);
    }
}

/// Whatever is said, edited, removed and read: the numbers equal counting, and whoever has read the chat has none.
#[tokio::test]
async fn whatever_happens_the_numbers_equal_counting_and_clear_with_reading() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let people = [&ada, &bob, &eve];
    let chat = app.group(&ada, &[&bob, &eve]).await;
    // By number: the sender, whom it names, whether it mentions all, and the message while it is there.
    let mut said: Vec<(usize, Option<usize>, bool, Option<Message>)> = vec![];
    let mut marks = [0_i64; 3];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for round in 0..80 {
        let (who, whom) = (next(3), next(3));
        match next(10) {
            0 if !said.is_empty() => {
                let mark = i64::try_from(next(said.len() + 1)).unwrap().max(marks[who]);
                marks[who] = mark;
                app.read(people[who], chat, mark).await;
            }
            1 | 2 if !said.is_empty() => {
                let at = next(said.len());
                if let (sender, _, _, Some(message)) = said[at].clone() {
                    app.unsay_mention(people[sender], &message).await;
                    said[at].3 = None;
                }
            }
            3 | 4 if !said.is_empty() => {
                let at = next(said.len());
                if let (sender, _, _, Some(message)) = said[at].clone() {
                    let text = format!("{round} for @{}", people[whom].username);
                    app.edit_mention(people[sender], &message, &text, people[whom])
                        .await;
                    said[at] = (sender, Some(whom), false, Some(message));
                }
            }
            kind => {
                let (text, named, all) = match kind {
                    5 => (format!("{round} to @all"), None, true),
                    6 => (format!("{round} to nobody"), None, false),
                    _ => (
                        format!("{round} to @{}", people[whom].username),
                        Some(whom),
                        false,
                    ),
                };
                let message = app.mention(people[who], chat, &text, &people).await;
                said.push((who, named, all, Some(message)));
            }
        }
        for (viewer, person) in people.iter().enumerate() {
            let counted: Vec<i64> = (1..)
                .zip(&said)
                .filter(|(number, (sender, named, all, message))| {
                    let is_for_them = *all || *named == Some(viewer);
                    *number > marks[viewer] && *sender != viewer && is_for_them && message.is_some()
                })
                .map(|(number, _)| number)
                .collect();
            assert_eq!(numbers(&app, person, chat).await, json!(counted), "{round}");
        }
    }
    let newest = i64::try_from(said.len()).unwrap();
    for person in people {
        app.read(person, chat, newest).await;
        assert_eq!(numbers(&app, person, chat).await, json!([]));
    }
}

/// Rows of messages and mentions that the receiver has read so far. A backend reports them at the latest when it ends.
async fn rows_read(app: &TestApp) -> i64 {
    app.count_what_was_written().await;
    let left = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'receiver'";
    while app
        .owner
        .query_one(left, &[])
        .await
        .unwrap()
        .get::<_, i64>(0)
        > 0
    {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let sql =
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables
               WHERE relname LIKE 'message%'";
    let fresh = app.database.connect_as_owner().await;
    fresh.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn in_a_chat_of_10_000_messages_a_hundred_numbers_are_told_and_few_rows_are_read() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    // Every third one names Bob, and a few of these mention all.
    let sql = "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash,
                                     created_at, mention_count, mentions_all)
               SELECT $1, gen_random_uuid(), n, n + 2, $2, 'ada', '@bob ' || n, '',
                      now() - make_interval(secs => 10000 - n), (n % 3 = 0)::int, n % 97 = 0 AND n % 3 = 0
               FROM generate_series(1, 10000) n";
    app.owner.execute(sql, &[&chat.0, &ada.id.0]).await.unwrap();
    let sql = "INSERT INTO message_mentions (chat_id, number, user_id, starts, length, created_at)
               SELECT chat_id, number, $2, '{0}', 4, created_at FROM messages
               WHERE chat_id = $1 AND mention_count = 1";
    app.owner.execute(sql, &[&chat.0, &bob.id.0]).await.unwrap();
    let sql = "UPDATE feeds SET message_count = 10000, last_seq = 10002 WHERE id = $1";
    app.owner.execute(sql, &[&chat.0]).await.unwrap();
    app.owner.batch_execute("ANALYZE").await.unwrap();

    let before = rows_read(&app).await;
    let config = app.config(LiveArgs::default());
    app.start(config).await;
    let told = numbers(&app, &bob, chat).await;
    let expected: Vec<i64> = (1..=100).map(|number| number * 3).collect();
    assert_eq!(told, json!(expected));
    let page = app
        .ask(Some(&bob), LIST, json!({ "first": 100 }))
        .await
        .ok();
    assert_eq!(page["edges"].as_array().unwrap().len(), 100);
    assert_eq!(page["edges"][0]["node"]["content"], "@bob 9999");
    app.stop(0).await;
    let read = rows_read(&app).await - before;
    // A hundred rows of mentions with their messages, twice, and the page.
    assert!(read < 1_000, "{read} rows");

    let config = app.config(LiveArgs::default());
    app.start(config).await;
    app.read(&bob, chat, 9_990).await;
    assert_eq!(numbers(&app, &bob, chat).await, json!([9993, 9996, 9999]));
    assert_eq!(list(&app, &bob, 100).await.len(), 3_333);
}

/// A message says itself that it mentions nobody.
#[tokio::test]
async fn a_page_without_mentions_asks_nothing_about_them() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    for _ in 0..20 {
        app.say(&ada, chat, "@bob, in words only").await;
    }
    // A row that no message admits to would be shown if anybody looked for it.
    let sql = "INSERT INTO message_mentions (chat_id, number, user_id, starts, length, created_at)
               SELECT $1, number, $2, '{0}', 4, now() FROM generate_series(1, 20) number";
    app.owner.execute(sql, &[&chat.0, &bob.id.0]).await.unwrap();
    let config = app.config(LiveArgs::default());
    app.start(config).await;
    let seen = app
        .ask(Some(&bob), PAGE, json!({ "chat": chat }))
        .await
        .ok();
    for node in seen["nodes"].as_array().unwrap() {
        assert_eq!(node["mentions"], json!([]));
    }
}

#[tokio::test]
async fn participants_are_found_by_the_beginning_of_their_names() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let mut others = vec![];
    for (username, name) in [
        ("grace-h", "Grace Hopper"),
        ("linus_p", "Linus Pauling"),
        ("zoe", "ZOË Ångström"),
        ("li", "李明"),
        ("percent", "100 % sure"),
    ] {
        let person = app.person(&format!("{username:_<3}")).await;
        let sql = "UPDATE users SET display_name = $2, name_folded = $3 WHERE id = $1";
        let folded = text::folded(name);
        app.owner
            .execute(sql, &[&person.id.0, &name, &folded])
            .await
            .unwrap();
        others.push(person);
    }
    let mut members: Vec<&Person> = others.iter().collect();
    members.push(&bob);
    let chat = app.chat(ChatKind::Public, "Public", &ada, &members).await;
    let document = "query($chat: ID!, $query: String!, $first: Int, $after: String, $last: Int) { chat(id: $chat) {
        participants(query: $query, first: $first, after: $after, last: $last) {
        nodes { user { username } } pageInfo { hasNextPage endCursor } } } }";
    let found = async |person: &Person, query: &str| {
        let variables = json!({ "chat": chat, "query": query });
        let answer = app.ask(Some(person), document, variables).await.ok();
        let nodes = answer["participants"]["nodes"].as_array().unwrap().iter();
        let name = |node: &Value| node["user"]["username"].as_str().unwrap().to_owned();
        let mut names: Vec<String> = nodes.map(name).collect();
        names.sort();
        names
    };
    for (query, expected) in [
        ("GR", vec!["grace-h"]),
        ("hopp", vec!["grace-h"]),
        ("opper", vec![]),
        ("li", vec!["li_", "linus_p"]),
        ("linus_", vec!["linus_p"]),
        ("linusx", vec![]),
        ("zoe", vec!["zoe"]),
        ("zoe\u{308} å", vec!["zoe"]),
        ("ÅNG", vec!["zoe"]),
        ("李", vec!["li_"]),
        ("%", vec!["percent"]),
        ("eve", vec![]),
    ] {
        assert_eq!(found(&ada, query).await, expected, "{query}");
    }
    assert_eq!(found(&ada, " ").await.len(), 7, "no query is no filter");
    // A visitor may see the first participants, and cannot look for others.
    assert_eq!(found(&eve, "gr").await, Vec::<String>::new());
    assert_eq!(found(&eve, " ").await.len(), 7);
    // In pages, in the order of joining.
    let ask = async |arguments: Value| {
        let mut variables = json!({ "chat": chat, "query": "" });
        let arguments = arguments.as_object().unwrap().clone();
        variables.as_object_mut().unwrap().extend(arguments);
        app.ask(Some(&ada), document, variables).await
    };
    let first = ask(json!({ "query": "l", "first": 1 })).await.ok()["participants"].clone();
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let after = first["pageInfo"]["endCursor"].clone();
    let second = ask(json!({ "query": "l", "first": 1, "after": after }))
        .await
        .ok();
    assert_eq!(second["participants"]["pageInfo"]["hasNextPage"], false);
    assert_ne!(second["participants"]["nodes"], first["nodes"]);
    for arguments in [
        json!({ "query": "l", "last": 1 }),
        json!({ "query": "l".repeat(101) }),
    ] {
        ask(arguments)
            .await
            .assert_refused("BAD_USER_INPUT", "query");
    }
}

#[tokio::test]
async fn the_inbox_tells_of_a_mention_after_a_reconnection() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let head = app.head(chat).await.to_string();
    app.mention(&ada, chat, "hello @bob", &[&bob]).await;
    let document = INBOX.replace(
        "threadOrdinal }",
        "threadOrdinal mentions { userId start length } }",
    );
    let mut inbox = app
        .follow(&bob, &document, json!({ "after": [head] }))
        .await;
    let events = loop {
        let batch = inbox.next().await;
        let events = batch["events"].as_array().unwrap().clone();
        if !events.is_empty() {
            break events;
        }
    };
    let place = json!([{ "userId": bob.id, "start": 6, "length": 4 }]);
    assert_eq!(events[0]["message"]["mentions"], place);
}
