//! What others rely on: the SDL, the specification's audits, the official client, and the role that cannot write.

mod merged;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Stdio,
    time::Duration,
};

use lab_stack::{db::table_columns, testing::conformance};
use receiver::LiveArgs;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::app::{TestApp, seqs};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_committed_sdl_is_what_the_code_prints() {
    conformance::assert_committed_schema("receiver", &receiver::sdl());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    let app = TestApp::new().await;
    conformance::assert_graphql_over_http(&app.url(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_follows_resumes_on_another_instance_and_comes_back_after_a_restart() {
    let app = TestApp::with(2, LiveArgs::default()).await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let address = |receiver| format!("ws://127.0.0.1:{}/graphql", app.port(receiver));
    let mut client = conformance::node("receiver/tests/graphql-ws", "client.mjs")
        .await
        .args([&bob.token, &address(0), &address(1)])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is needed");
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut line = async || -> Value {
        let next = tokio::time::timeout(Duration::from_secs(20), lines.next_line());
        let next = next.await.expect("the client goes on").unwrap();
        serde_json::from_str(&next.expect("the client lives")).unwrap()
    };
    assert_eq!(line().await, json!({ "opened": 1 }));
    assert_eq!(line().await, json!({ "standing": chat }));
    assert_eq!(line().await, json!({ "standing": bob.id }));
    app.say(&ada, chat, "live").await;
    assert_eq!(line().await, json!({ "feed": chat, "seq": 3 }));

    app.drain(0);
    assert_eq!(line().await, json!({ "closed": 1012 }));
    app.say_many(&ada, chat, 10).await;
    assert_eq!(line().await, json!({ "opened": 2 }));
    // The client may be back before all of them are written: then it is told in between that it is up to date.
    let (mut events, mut standing) = (vec![], 0);
    while events.len() < 10 || standing == 0 {
        match line().await {
            told if told == json!({ "standing": bob.id }) => standing += 1,
            event => events.push(event),
        }
    }
    let missed = (4..=13).map(|seq| json!({ "feed": chat, "seq": seq }));
    assert_eq!(events, missed.collect::<Vec<_>>());
    assert_eq!(standing, 1);
    app.say(&ada, chat, "live again").await;
    assert_eq!(line().await, json!({ "feed": chat, "seq": 14 }));
    client.kill().await.unwrap();
}

/// The client's own documents, all in one: fragments are shared between its files.
fn client_documents() -> Vec<String> {
    fn collect(directory: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.to_string_lossy().ends_with(".receiver.graphql") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut found = vec![];
    collect(&root().join("frontend/src"), &mut found);
    found
}

/// Definitions begin in the first column, and descriptions before them are no part of what is sent.
fn definitions(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in text.lines().filter(|line| !line.starts_with('"')) {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric());
        if matches!(words.next(), Some("fragment" | "query" | "subscription")) {
            name = words.next().unwrap().to_owned();
        }
        let definition = found.entry(name.clone()).or_default();
        definition.push_str(line);
        definition.push('\n');
    }
    found
}

/// An operation with the fragments that it uses: what the client sends.
fn with_fragments(definitions: &BTreeMap<String, String>, operation: &str) -> String {
    let mut document = definitions[operation].clone();
    let mut used = BTreeSet::new();
    loop {
        let spread = definitions
            .keys()
            .find(|name| !used.contains(*name) && document.contains(&format!("...{name}\n")));
        let Some(name) = spread.cloned() else {
            return document;
        };
        document.push_str(&definitions[&name]);
        used.insert(name);
    }
}

#[tokio::test]
async fn every_operation_of_the_web_client_is_within_the_limits() {
    let app = TestApp::new().await;
    let (ada, bob, _) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "hello").await;
    let definitions = definitions(&client_documents().join("\n"));
    let mut checked = vec![];
    for (name, text) in &definitions {
        if text.trim_start().starts_with("fragment") {
            continue;
        }
        let document = merged::merged(&with_fragments(&definitions, name));
        let variables = match name.as_str() {
            // The largest pages that the client asks for: `PAGE` in its loadChats.ts and in timeline.ts.
            "Chats" => json!({ "first": 50 }),
            "ChatById" => json!({ "id": chat, "me": ada.id }),
            "PublicChats" => json!({ "query": "chat" }),
            "Participants" => json!({ "chatId": chat, "first": 100 }),
            "Receipts" => json!({ "chatId": chat }),
            "MessageReceipts" => json!({ "chatId": chat, "number": 1, "first": 100 }),
            "MessageAtTime" => json!({ "chatId": chat, "time": "2026-03-01T00:00:00Z" }),
            "Messages" => json!({ "chatId": chat, "first": 50, "around": message.id }),
            "ViewerState" => json!({ "chatId": chat, "fromNumber": 1, "toNumber": 500 }),
            "Reactions" => json!({ "chatId": chat, "messageId": message.id, "first": 50 }),
            "Replies" => {
                json!({ "chatId": chat, "rootId": message.id, "first": 50, "around": message.id })
            }
            "ThreadRoot" => json!({ "chatId": chat, "rootId": message.id }),
            "PinnedMessages" => json!({ "chatId": chat }),
            "Drafts" => json!({}),
            "EventDigest" => json!({ "chatId": chat, "fromSeq": 1, "toSeq": 10_000 }),
            "OwnThread" => json!({ "chatId": chat, "number": 1 }),
            "OwnThreads" => json!({ "first": 100 }),
            "SearchMessages" => json!({ "query": "hello from:me", "chatId": chat }),
            "FollowedThreads" => json!({ "unreadOnly": false, "first": 25 }),
            "MentionsPage" => json!({ "first": 25 }),
            "MyMessages" => json!({}),
            "MessageRevisions" => json!({ "chatId": chat, "messageId": message.id }),
            "MentionCandidates" => json!({ "chatId": chat, "query": "a", "first": 8 }),
            "Inbox" => json!({}),
            "FeedPositions" => json!({ "first": 50 }),
            "Feed" => json!({ "id": chat, "after": app.head(chat).await.to_string() }),
            other => panic!("{other} needs a row here"),
        };
        if text.trim_start().starts_with("subscription") {
            let mut op = app.follow(&ada, &document, variables).await;
            op.greeting(ada.id).await;
            app.say(&bob, chat, "live").await;
            assert_eq!(seqs(&op.events().await).len(), 1);
        } else {
            let response = app.ask(Some(&ada), &document, variables).await;
            assert!(!response.is_refused(), "{name}: {response:?}");
        }
        checked.push(name.as_str());
    }
    assert!(
        checked.contains(&"Inbox") && checked.contains(&"Messages"),
        "{checked:?}"
    );
}

/// The tables that the receiver's role may read. It sees nothing of any other.
const READABLE: [&str; 17] = [
    "chat_settings",
    "chats",
    "drafts",
    "feed_events",
    "feeds",
    "message_mentions",
    "message_revisions",
    "message_words",
    "messages",
    "participants",
    "pinned_messages",
    "reaction_groups",
    "reactions",
    "refinery_schema_history",
    "thread_follows",
    "threads",
    "word_positions",
];

#[tokio::test]
async fn the_receivers_role_can_read_what_it_needs_and_write_nothing() {
    const DENIED: &str = "42501";
    let app = TestApp::new().await;
    let receiver = app.database.connect_as("antiphon_receiver").await;
    let code = async |sql: &str| {
        // Also where it turns the read-only default off.
        let sql = format!("BEGIN READ WRITE; {sql}; COMMIT");
        let refusal = receiver.batch_execute(&sql).await.err()?;
        receiver.batch_execute("ROLLBACK").await.unwrap();
        Some(refusal.code()?.code().to_owned())
    };
    let tables = table_columns(&app.owner).await.unwrap();
    for table in READABLE {
        assert!(tables.contains_key(table), "there is no table {table}");
    }
    for (table, columns) in tables {
        let read = code(&format!("SELECT * FROM {table} LIMIT 1")).await;
        // A search asks the partitions of the index one by one.
        let is_readable = READABLE.contains(&table.as_str()) || table.starts_with("message_words_");
        let expected = (!is_readable).then_some(DENIED);
        assert_eq!(read.as_deref(), expected, "reading {table}");
        for sql in [
            format!("INSERT INTO {table} DEFAULT VALUES"),
            format!("UPDATE {table} SET {} = NULL", columns[0]),
            format!("DELETE FROM {table}"),
            format!("SELECT * FROM {table} FOR UPDATE"),
            format!("TRUNCATE {table}"),
        ] {
            assert_eq!(code(&sql).await.as_deref(), Some(DENIED), "{sql}");
        }
    }
}

#[tokio::test]
async fn everything_else_of_the_endpoint_is_reached_past_the_socket() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(LiveArgs::default());
    config.graphql.ide = true;
    app.start(config).await;
    let http = reqwest::Client::new();
    let page = http
        .get(app.url(0))
        .header("accept", "text/html,application/xhtml+xml")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    assert!(html.contains("<html"), "{html}");
    let mut assets = 0;
    for part in html
        .split(['"', '\''])
        .filter(|part| part.contains("ide/") && (part.ends_with(".js") || part.ends_with(".css")))
    {
        let path = format!(
            "/graphql/{}",
            part.trim_start_matches("./")
                .trim_start_matches("/graphql/")
                .trim_start_matches("graphql/")
        );
        assert_eq!(app.get(0, &path).await.status, 200, "{path}");
        assets += 1;
    }
    assert!(assets >= 3, "{html}");
    let answer = app.get(0, "/graphql?query=%7B__typename%7D").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("Query"), "{answer:?}");
    assert_eq!(app.get(0, "/nothing").await.status, 404);
    for probe in ["/livez", "/readyz", "/startupz", "/healthz", "/metrics"] {
        assert_eq!(app.get(0, probe).await.status, 200, "{probe}");
    }
    // A subscription over HTTP is told where it belongs.
    let answer = app
        .ask(None, "subscription { inbox { cursor } }", json!({}))
        .await;
    answer.assert_refused("BAD_USER_INPUT", None);
}
