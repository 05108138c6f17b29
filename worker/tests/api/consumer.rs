//! Consumers see every event once.

use std::time::Duration;

use crate::app::{TestEnvironment, removal};

const HANDLED: &str = "worker_consumer_events_total{consumer=\"erasure\"} ";

#[tokio::test]
async fn two_instances_handle_each_event_once() {
    let environment = TestEnvironment::new().await;
    let mut chats = Vec::new();
    for _ in 0..40 {
        chats.push(environment.chat(1).await);
    }
    let (one, two) = (environment.work().await, environment.work().await);
    for chat in chats {
        environment.remove(chat).await;
    }
    environment
        .until("SELECT count(*) FROM chats WHERE erased_at IS NOT NULL", 40)
        .await;
    assert_eq!(
        environment
            .count("SELECT count(*) FROM consumer_positions")
            .await,
        40
    );
    assert_eq!(
        environment
            .count("SELECT count(*) FROM jobs WHERE kind = 'ERASE_CHAT'")
            .await,
        40
    );
    assert!((one.metric(HANDLED).await + two.metric(HANDLED).await - 40.0).abs() < 0.5);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn what_happened_while_no_worker_ran_is_seen_when_one_runs_again() {
    let environment = TestEnvironment::new().await;
    environment.work().await.stop().await;
    let chat = environment.chat(3).await;
    // A while ago, and nobody but the consumer asks for its erasing.
    environment
        .execute(
            "UPDATE consumer_shards SET watermark = watermark - interval '3 days', started_at = started_at - interval '3 days';
             UPDATE jobs SET state = 'DONE', ended_at = now() WHERE state = 'QUEUED'",
        )
        .await;
    environment.remove(chat).await;
    environment
        .execute("UPDATE feed_events SET at = at - interval '2 days' WHERE kind = 'CHAT_REMOVED'")
        .await;
    let worker = environment.work().await;
    environment.until_erased("chats", chat).await;
    worker.stop().await;
}

#[tokio::test]
async fn an_event_that_is_committed_late_is_seen() {
    let environment = TestEnvironment::new().await;
    let (late, chat) = (environment.chat(3).await, environment.chat(3).await);
    let worker = environment.work().await;
    let mut other = environment.database.connect_as_owner().await;
    let open = other.transaction().await.unwrap();
    open.batch_execute(&removal(late)).await.unwrap();
    // Meanwhile the watermarks of all shards have passed it.
    environment.remove(chat).await;
    environment.until_erased("chats", chat).await;
    environment
        .execute("UPDATE consumer_shards SET watermark = clock_timestamp()")
        .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    open.commit().await.unwrap();
    environment.until_erased("chats", late).await;
    worker.stop().await;
}

/// The plan of a search must not read all events that there are.
#[tokio::test]
async fn events_are_found_by_their_time() {
    let environment = TestEnvironment::new().await;
    let plan = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;
        PREPARE search AS SELECT e.feed_id FROM feed_events e WHERE e.at >= $1 AND e.kind = ANY ($2)";
    environment.execute(plan).await;
    let rows = environment
        .owner
        .simple_query("EXPLAIN EXECUTE search(now(), ARRAY['CHAT_REMOVED'])")
        .await
        .unwrap();
    let text = format!("{rows:?}");
    assert!(text.contains("feed_events_0_at_idx"), "{text}");
    assert!(!text.contains("Seq Scan"), "{text}");
}
