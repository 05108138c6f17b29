//! Queries from a replica: what it may lag, and what it may not.

use std::sync::Arc;

use lab::{
    directory::Directory,
    ports,
    servers::{Durability, Postgres},
};
use receiver::{LiveArgs, ReplicaArgs};
use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::stage::Stage;

const MESSAGES: &str = "query ($chat: ID!, $atLeast: Cursor) {
    messages(chatId: $chat, atLeast: $atLeast) { nodes { content } } }";

/// A stage whose receiver asks a hot standby of the stage's database.
async fn with_replica() -> (Stage, Postgres) {
    let mut stage = Stage::empty(lab::servers::shared().redis_url()).await;
    let url: tokio_postgres::Config = stage.database.owner_url().parse().unwrap();
    let (primary, name) = (url.get_ports()[0], url.get_dbname().unwrap().to_owned());
    let replica = block_in_place(|| {
        let directory = Arc::new(Directory::temporary().unwrap());
        let port = ports::free();
        Postgres::standby("replica", directory, port, Durability::ThrownAway, primary).unwrap()
    });
    let mut config = stage.config(LiveArgs::default());
    let url = replica.url("antiphon_receiver", &name);
    config.replica = ReplicaArgs {
        database_replica_url: Some(url.into()),
        ..ReplicaArgs::default()
    };
    stage.start(config).await;
    (stage, replica)
}

async fn owner(replica: &Postgres, statement: &str) {
    let client = lab::servers::connect(&replica.owner_url("postgres")).await;
    client.batch_execute(statement).await.unwrap();
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
    let (stage, replica) = with_replica().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let first = stage.say(&ada, chat, "first").await;
    let seen = json!({ "chat": chat, "atLeast": first.position().to_string() });
    let answer = stage.ask(Some(&ada), MESSAGES, seen).await.ok();
    assert_eq!(contents(&answer), ["first"]);

    // The replica has all that, and now it stops where it is.
    wait_until_replayed(&stage, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    let second = stage.say(&ada, chat, "second").await;
    let plain = stage
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&plain), ["first"], "from the replica, which lags");
    let seen = json!({ "chat": chat, "atLeast": second.position().to_string() });
    let answer = stage.ask(Some(&ada), MESSAGES, seen).await.ok();
    assert_eq!(contents(&answer), ["first", "second"], "from the primary");

    owner(&replica, "SELECT pg_wal_replay_resume()").await;
    wait_until_replayed(&stage, &replica).await;
    let plain = stage
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&plain), ["first", "second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_replica_a_receiver_asks_the_primary() {
    let (stage, replica) = with_replica().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    stage.say(&ada, chat, "first").await;
    block_in_place(|| replica.kill());
    let answer = stage
        .ask(Some(&ada), MESSAGES, json!({ "chat": chat }))
        .await
        .ok();
    assert_eq!(contents(&answer), ["first"]);
    assert_eq!(stage.get(0, "/readyz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_delivery_does_not_wait_for_the_replica() {
    let (stage, replica) = with_replica().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    let document =
        "subscription ($chat: ID!) { messageAdded(chatId: $chat) { content sender { username } } }";
    let mut added = stage.follow(&ada, document, json!({ "chat": chat })).await;
    added.silence(200).await;
    stage.say(&ada, chat, "now").await;
    let message = added.next().await;
    assert_eq!(message["content"], "now");
    assert_eq!(message["sender"]["username"], "ada");
    owner(&replica, "SELECT pg_wal_replay_resume()").await;
}

async fn wait_until_replayed(stage: &Stage, replica: &Postgres) {
    let row = stage
        .owner
        .query_one("SELECT pg_current_wal_lsn()::text", &[])
        .await
        .unwrap();
    let written: String = row.get(0);
    let client = lab::servers::connect(&replica.owner_url("postgres")).await;
    for _ in 0..500 {
        let sql = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn";
        if client.query_one(sql, &[&written]).await.unwrap().get(0) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the replica does not follow");
}

/// S2: that a session has ended is asked of the primary, however far behind the replica is.
#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_refused_while_the_replica_lags() {
    let (stage, replica) = with_replica().await;
    let ada = stage.person("ada").await;
    let chat = stage.group(&ada, &[]).await;
    let first = stage.say(&ada, chat, "first").await;
    let seen = json!({ "chat": chat, "atLeast": first.position().to_string() });
    stage.ask(Some(&ada), MESSAGES, seen).await.ok();
    wait_until_replayed(&stage, &replica).await;
    owner(&replica, "SELECT pg_wal_replay_pause()").await;
    stage.revoke(&ada).await;
    let began = std::time::Instant::now();
    let variables = json!({ "chat": chat });
    loop {
        let answer = stage.ask(Some(&ada), MESSAGES, variables.clone()).await;
        if answer.is_refused() {
            answer.is("UNAUTHENTICATED", None);
            break;
        }
        assert!(began.elapsed().as_millis() < 1_000, "the replica was asked");
    }
}
