//! Queries from a replica: what it may lag, and what it may not.

use std::time::Duration;

use lab_stack::servers::Postgres;
use receiver::{LiveArgs, ReplicaArgs};
use serde_json::{Value, json};
use shared_schema::ChatKind;
use tokio::task::block_in_place;

use crate::app::{Person, TestApp};

const MESSAGES: &str = "query ($chat: ID!, $atLeast: Cursor) {
    messages(chatId: $chat, atLeast: $atLeast) { nodes { content } } }";

/// An app whose receiver asks a hot standby of the app's database.
async fn with_replica() -> (TestApp, Postgres) {
    with_replica_at_most(ReplicaArgs::default().replica_max_lag).await
}

/// The same, with a replica that may be so far behind.
async fn with_replica_at_most(replica_max_lag: Duration) -> (TestApp, Postgres) {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let url: tokio_postgres::Config = app.database.owner_url().parse().unwrap();
    let name = url.get_dbname().unwrap().to_owned();
    // While a copy is made, all other tests write, and each further copy ends with a checkpoint of its own.
    for statement in [
        "ALTER SYSTEM SET wal_keep_size = '1GB'",
        "SELECT pg_reload_conf()",
    ] {
        app.owner.batch_execute(statement).await.unwrap();
    }
    let replica = block_in_place(|| lab_stack::servers::shared().standby());
    let mut config = app.config(LiveArgs::default());
    let url = replica.url("antiphon_receiver", &name);
    config.replica = ReplicaArgs {
        database_replica_url: Some(url.into()),
        replica_max_lag,
        ..ReplicaArgs::default()
    };
    app.start(config).await;
    (app, replica)
}

async fn owner(replica: &Postgres, statement: &str) {
    let client = lab_stack::servers::connect(&replica.owner_url("postgres")).await;
    client.batch_execute(statement).await.unwrap();
}

/// The texts of all messages that the person finds: they are all their own.
async fn found(app: &TestApp, person: &Person) -> Vec<String> {
    let document = "{ searchMessages(query: \"from:me\") { edges { node { content } } } }";
    let page = app.ask(Some(person), document, json!({})).await.ok();
    let edges = page["edges"].as_array().unwrap().iter();
    edges
        .map(|edge| edge["node"]["content"].as_str().unwrap().to_owned())
        .collect()
}

fn contents(answer: &Value) -> Vec<&str> {
    let nodes = answer["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["content"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_reads_the_replica_and_at_least_reads_what_the_caller_has_written() {
    let (app, replica) = with_replica().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let first = app.say(&ada, chat, "first").await;
    let seen = json!({ "chat": chat, "atLeast": first.position().to_string() });
    let answer = app.ask(Some(&ada), MESSAGES, seen).await.ok();
    assert_eq!(contents(&answer), ["first"]);

    // The replica has all that, and now it stops where it is.
    wait_until_replayed(&app, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    let second = app.say(&ada, chat, "second").await;
    let plain = app
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&plain), ["first"], "from the replica, which lags");
    assert_eq!(found(&app, &ada).await, ["first"], "from the replica, too");
    let seen = json!({ "chat": chat, "atLeast": second.position().to_string() });
    let answer = app.ask(Some(&ada), MESSAGES, seen).await.ok();
    assert_eq!(contents(&answer), ["first", "second"], "from the primary");

    owner(&replica, "SELECT pg_wal_replay_resume()").await;
    wait_until_replayed(&app, &replica).await;
    let plain = app
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&plain), ["first", "second"]);
    assert_eq!(found(&app, &ada).await, ["second", "first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_replica_a_receiver_asks_the_primary() {
    let (app, replica) = with_replica().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    app.say(&ada, chat, "first").await;
    block_in_place(|| replica.kill());
    let answer = app
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&answer), ["first"]);
    assert_eq!(found(&app, &ada).await, ["first"]);
    assert_eq!(app.get(0, "/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_delivery_does_not_wait_for_the_replica() {
    let (app, replica) = with_replica().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    let document =
        "subscription ($chat: ID!) { messageAdded(chatId: $chat) { content sender { username } } }";
    let mut added = app.follow(&ada, document, json!({ "chat": chat })).await;
    added.silence(200).await;
    app.say(&ada, chat, "now").await;
    let message = added.next().await;
    assert_eq!(message["content"], "now");
    assert_eq!(message["sender"]["username"], "ada");
    owner(&replica, "SELECT pg_wal_replay_resume()").await;
}

/// SCALE, fault 1: a replica that lagged told new users to sign in, and hid what was new.
#[tokio::test(flavor = "multi_thread")]
async fn scale_1_a_lagging_replica_never_says_sign_in_or_not_found() {
    // It is not left alone: every answer below has to come from the primary for a reason of its own.
    let (app, replica) = with_replica_at_most(Duration::from_secs(600)).await;
    let ada = app.person("ada").await;
    let old = app.chat(ChatKind::Public, "Public", &ada, &[]).await;
    let group = app.group(&ada, &[]).await;
    app.say(&ada, group, "before").await;
    wait_until_replayed(&app, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;

    let zoe = app.person("zoe").await;
    let ask = async |document: &str, variables: Value| {
        app.ask(Some(&zoe), document, variables).await.ok()
    };
    let chats = ask("{ chats { nodes { id } } }", json!({})).await;
    assert_eq!(chats["nodes"], json!([]), "and not: sign in first");
    let search = "query ($chat: ID) { searchMessages(query: \"before\", chatId: $chat) { edges { cursor } } }";
    for variables in [json!({}), json!({ "chat": old })] {
        let found = ask(search, variables).await;
        assert_eq!(found["edges"], json!([]), "and not: sign in first");
    }
    let public = ask("{ publicChats { nodes { id } } }", json!({})).await;
    assert_eq!(public["nodes"][0]["id"], json!(old));
    let at = json!({ "id": zoe.id, "after": app.head(zoe.id).await.to_string() });
    let feed = "query ($id: ID!, $after: Cursor!) { feed(id: $id, after: $after) { caughtUp } }";
    assert_eq!(ask(feed, at).await["caughtUp"], true);

    // Added to a chat that the replica knows, to one that it does not, and into a public one that it does.
    let fresh = app.group(&ada, &[&zoe]).await;
    app.add(&ada, group, &[&zoe]).await;
    app.add(&ada, old, &[&zoe]).await;
    let said = app.say(&ada, fresh, "fresh").await;
    let chat =
        "query ($chat: ID!, $me: ID!) { chat(id: $chat) { participant(userId: $me) { role } } }";
    for id in [fresh, group, old] {
        let variables = json!({ "chat": id, "me": zoe.id });
        let seen = ask(chat, variables).await;
        assert_eq!(seen["participant"]["role"], "MEMBER", "{id}");
    }
    let answer = ask(MESSAGES, json!({ "chat": fresh })).await;
    assert_eq!(contents(&answer), ["fresh"]);
    let answer = ask(MESSAGES, json!({ "chat": group })).await;
    assert_eq!(contents(&answer), ["before"]);
    let around = "query ($chat: ID!, $id: ID!) { messages(chatId: $chat, around: $id) { nodes { content } } }";
    let late = app.say(&ada, group, "late").await;
    let answer = app
        .ask(Some(&ada), around, json!({ "chat": group, "id": late.id }))
        .await
        .ok();
    assert_eq!(contents(&answer), ["before", "late"]);
    let message = "query ($chat: ID!, $id: ID!) { message(chatId: $chat, id: $id) { content } }";
    let answer = ask(message, json!({ "chat": fresh, "id": said.id })).await;
    assert_eq!(answer["content"], "fresh");
    let counts = ask("{ unreadCounts { chatId unreadCount } }", json!({})).await;
    assert!(
        counts
            .as_array()
            .unwrap()
            .contains(&json!({ "chatId": fresh, "unreadCount": 1 }))
    );
    // What is not there stays so.
    let eve = app.person("eve").await;
    let answer = app
        .ask(Some(&eve), MESSAGES, json!({ "chat": fresh }))
        .await;
    answer.assert_refused("NOT_FOUND", None);
    owner(&replica, "SELECT pg_wal_replay_resume()").await;
}

/// SCALE, fault 1: the lag is measured, shown and acted on.
#[tokio::test(flavor = "multi_thread")]
async fn scale_1_a_replica_too_far_behind_is_left_alone_until_it_has_caught_up() {
    let (app, replica) = with_replica_at_most(Duration::from_secs(1)).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    app.say(&ada, chat, "first").await;
    until_replica_is(&app, "ok").await;
    wait_until_replayed(&app, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    app.say(&ada, chat, "second").await;
    until_replica_is(&app, "failing").await;
    assert_eq!(
        app.get(0, "/readyz").await.status,
        200,
        "the primary serves"
    );
    assert!(app.metric("receiver_replica_lag_seconds").await > 1.0);
    let plain = app.ask(Some(&ada), MESSAGES, json!({ "chat": chat })).await;
    assert_eq!(contents(&plain.ok()), ["first", "second"]);

    owner(&replica, "SELECT pg_wal_replay_resume()").await;
    until_replica_is(&app, "ok").await;
    assert_eq!(app.metric("receiver_replica_lag_seconds").await, 0.0);
    let plain = app.ask(Some(&ada), MESSAGES, json!({ "chat": chat })).await;
    assert_eq!(contents(&plain.ok()), ["first", "second"]);
}

/// Waits until `/healthz` says this of the replica.
async fn until_replica_is(app: &TestApp, status: &str) {
    for _ in 0..1_000 {
        let health = app.get(0, "/healthz").await.text;
        let health: Value = serde_json::from_str(&health).unwrap();
        if health["checks"]["replica"]["status"] == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the replica is not {status}");
}

async fn wait_until_replayed(app: &TestApp, replica: &Postgres) {
    let row = app
        .owner
        .query_one("SELECT pg_current_wal_lsn()::text", &[])
        .await
        .unwrap();
    let written: String = row.get(0);
    let client = lab_stack::servers::connect(&replica.owner_url("postgres")).await;
    for _ in 0..3_000 {
        let sql = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn";
        if client.query_one(sql, &[&written]).await.unwrap().get(0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the replica does not follow");
}

/// S2: that a session has ended is asked of the primary, however far behind the replica is.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_refused_while_the_replica_lags() {
    let (app, replica) = with_replica().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let first = app.say(&ada, chat, "first").await;
    let seen = json!({ "chat": chat, "atLeast": first.position().to_string() });
    app.ask(Some(&ada), MESSAGES, seen).await.ok();
    wait_until_replayed(&app, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    app.revoke(&ada).await;
    let began = std::time::Instant::now();
    let variables = json!({ "chat": chat });
    loop {
        let answer = app.ask(Some(&ada), MESSAGES, variables.clone()).await;
        if answer.is_refused() {
            answer.assert_refused("UNAUTHENTICATED", None);
            break;
        }
        assert!(began.elapsed().as_millis() < 1_000, "the replica was asked");
    }
}
