//! Jobs are done once, again when they fail, and not for ever.

use std::time::Duration;

use uuid::Uuid;

use crate::app::Ground;

async fn insert(ground: &Ground, kind: &str, key: &str, further: &[(&str, &str)]) {
    let columns: String = further
        .iter()
        .map(|(name, _)| format!(", {name}"))
        .collect();
    let values: String = further
        .iter()
        .map(|(_, value)| format!(", {value}"))
        .collect();
    ground
        .execute(&format!(
            "INSERT INTO jobs (id, kind, key{columns}) VALUES (gen_random_uuid(), '{kind}', '{key}'{values})"
        ))
        .await;
}

#[tokio::test]
async fn what_is_due_by_the_clock_is_done_once_in_a_period_whoever_comes_first() {
    let ground = Ground::new().await;
    let (one, two) = (ground.work().await, ground.work().await);
    ground
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    // Again on the next start, in the same hour unless it has just passed.
    let three = ground.work().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let most = "SELECT max(count) FROM (SELECT count(*) FROM jobs GROUP BY kind, key) AS jobs";
    assert_eq!(ground.count(most).await, 1);
    assert!(ground.count("SELECT count(*) FROM jobs").await <= 10);
    for worker in [one, two, three] {
        worker.end().await;
    }
}

/// Its key is no id, so it fails each time.
#[tokio::test]
async fn a_job_that_fails_is_tried_again_after_a_pause_and_given_up_in_the_end() {
    let ground = Ground::new().await;
    insert(&ground, "ERASE_CHAT", "first", &[]).await;
    insert(&ground, "ERASE_CHAT", "last", &[("attempts", "29")]).await;
    let worker = ground.work().await;
    ground.until_job_is("DEAD", "last").await;
    let tried = "SELECT count(*) FROM jobs WHERE key = 'first' AND attempts >= 1 AND last_error <> '' AND lease IS NULL
                 AND state = 'QUEUED' AND run_at > created_at + interval '0.4 seconds'";
    ground.until(tried, 1).await;
    let dead =
        "SELECT count(*) FROM jobs WHERE key = 'last' AND attempts = 30 AND last_error <> ''";
    assert_eq!(ground.count(dead).await, 1);
    worker.end().await;
}

#[tokio::test]
async fn a_job_that_ends_every_process_that_takes_it_is_given_up() {
    let ground = Ground::new().await;
    let chat = ground.chat(1).await;
    let leased = [("attempts", "30"), ("lease", "gen_random_uuid()")];
    insert(&ground, "ERASE_CHAT", &chat.to_string(), &leased).await;
    let worker = ground.work().await;
    ground.until_job_is("DEAD", &chat.to_string()).await;
    worker.end().await;
}

#[tokio::test]
async fn a_job_whose_time_has_passed_is_not_done_and_one_of_a_newer_release_is_left_alone() {
    let ground = Ground::new().await;
    let chat = ground.chat(1).await;
    ground
        .execute(&format!(
            "UPDATE chats SET removed_at = now() WHERE id = '{chat}'"
        ))
        .await;
    insert(
        &ground,
        "ERASE_CHAT",
        &chat.to_string(),
        &[("expires_at", "now()")],
    )
    .await;
    insert(&ground, "SEND_PUSH_2", "newer", &[]).await;
    let worker = ground.work().await;
    ground.until_job_is("EXPIRED", &chat.to_string()).await;
    ground
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    let text =
        format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND content IS NOT NULL");
    assert_eq!(ground.count(&text).await, 1);
    let newer =
        "SELECT count(*) FROM jobs WHERE key = 'newer' AND state = 'QUEUED' AND attempts = 0";
    assert_eq!(ground.count(newer).await, 1);
    worker.end().await;
}

/// An instance that stood still for longer than its lease: what it wakes up to is not its job any more.
#[tokio::test]
async fn whoever_has_lost_the_lease_changes_nothing_any_more() {
    let ground = Ground::new().await;
    let chat = ground.chat(5000).await;
    ground
        .execute(&format!(
            "UPDATE chats SET removed_at = now() WHERE id = '{chat}'"
        ))
        .await;
    let key = chat.to_string();
    insert(&ground, "ERASE_CHAT", &key, &[]).await;
    let worker = ground.work().await;
    let begun = format!("SELECT count(*) FROM jobs WHERE key = '{key}' AND progress IS NOT NULL");
    ground.until(&begun, 1).await;
    // Somebody else takes it.
    let thief = Uuid::now_v7();
    let taken = ground
        .owner
        .execute(
            &format!(
                "UPDATE jobs SET lease = '{thief}', run_at = now() + interval '1 hour'
                 WHERE key = '{key}' AND state = 'QUEUED'"
            ),
            &[],
        )
        .await
        .unwrap();
    assert_eq!(taken, 1, "it is done already: make the chat larger");
    let state = format!(
        "SELECT (progress ->> 'number')::bigint FROM jobs WHERE key = '{key}' AND lease = '{thief}'"
    );
    let left =
        format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND content IS NOT NULL");
    let before = (ground.count(&state).await, ground.count(&left).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        (ground.count(&state).await, ground.count(&left).await),
        before
    );
    assert!(before.1 > 0);

    let given_back = format!("UPDATE jobs SET run_at = now() WHERE key = '{key}'");
    ground.execute(&given_back).await;
    ground.until_job_is("DONE", &key).await;
    assert_eq!(ground.count(&left).await, 0);
    let twice = format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND revision <> 2");
    assert_eq!(ground.count(&twice).await, 0);
    worker.end().await;
}
