//! Jobs are done once, again when they fail, and not for ever.

use std::time::Duration;

use uuid::Uuid;

use crate::app::TestEnvironment;

async fn insert(environment: &TestEnvironment, kind: &str, key: &str, further: &[(&str, &str)]) {
    let columns: String = further
        .iter()
        .map(|(name, _)| format!(", {name}"))
        .collect();
    let values: String = further
        .iter()
        .map(|(_, value)| format!(", {value}"))
        .collect();
    environment
        .execute(&format!(
            "INSERT INTO jobs (id, kind, key{columns}) VALUES (gen_random_uuid(), '{kind}', '{key}'{values})"
        ))
        .await;
}

#[tokio::test]
async fn what_is_due_by_the_clock_is_done_once_in_a_period_whoever_comes_first() {
    let environment = TestEnvironment::new().await;
    let (one, two) = (environment.work().await, environment.work().await);
    environment
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    // Again on the next start, in the same hour unless it has just passed.
    let three = environment.work().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let most = "SELECT max(count) FROM (SELECT count(*) FROM jobs GROUP BY kind, key) AS jobs";
    assert_eq!(environment.count(most).await, 1);
    assert!(environment.count("SELECT count(*) FROM jobs").await <= 10);
    for worker in [one, two, three] {
        worker.stop().await;
    }
}

/// Its key is no id, so it fails each time.
#[tokio::test]
async fn a_job_that_fails_is_tried_again_after_a_pause_and_given_up_in_the_end() {
    let environment = TestEnvironment::new().await;
    insert(&environment, "ERASE_CHAT", "first", &[]).await;
    insert(&environment, "ERASE_CHAT", "last", &[("attempts", "29")]).await;
    let worker = environment.work().await;
    environment.until_job_is("DEAD", "last").await;
    let tried = "SELECT count(*) FROM jobs WHERE key = 'first' AND attempts >= 1 AND last_error <> '' AND lease IS NULL
                 AND state = 'QUEUED' AND run_at > created_at + interval '0.4 seconds'";
    environment.until(tried, 1).await;
    let dead =
        "SELECT count(*) FROM jobs WHERE key = 'last' AND attempts = 30 AND last_error <> ''";
    assert_eq!(environment.count(dead).await, 1);
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_ends_every_process_that_takes_it_is_given_up() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(1).await;
    let leased = [("attempts", "30"), ("lease", "gen_random_uuid()")];
    insert(&environment, "ERASE_CHAT", &chat.to_string(), &leased).await;
    let worker = environment.work().await;
    environment.until_job_is("DEAD", &chat.to_string()).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_job_whose_time_has_passed_is_not_done_and_one_of_a_newer_release_is_left_alone() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(1).await;
    environment
        .execute(&format!(
            "UPDATE chats SET removed_at = now() WHERE id = '{chat}'"
        ))
        .await;
    insert(
        &environment,
        "ERASE_CHAT",
        &chat.to_string(),
        &[("expires_at", "now()")],
    )
    .await;
    insert(&environment, "SEND_PUSH_2", "newer", &[]).await;
    let worker = environment.work().await;
    environment.until_job_is("EXPIRED", &chat.to_string()).await;
    environment
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    let text =
        format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND content IS NOT NULL");
    assert_eq!(environment.count(&text).await, 1);
    let newer =
        "SELECT count(*) FROM jobs WHERE key = 'newer' AND state = 'QUEUED' AND attempts = 0";
    assert_eq!(environment.count(newer).await, 1);
    worker.stop().await;
}

/// An instance that stood still for longer than its lease: what it wakes up to is not its job any more.
#[tokio::test]
async fn whoever_has_lost_the_lease_changes_nothing_any_more() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(5000).await;
    environment
        .execute(&format!(
            "UPDATE chats SET removed_at = now() WHERE id = '{chat}'"
        ))
        .await;
    let key = chat.to_string();
    insert(&environment, "ERASE_CHAT", &key, &[]).await;
    let worker = environment.work().await;
    let begun = format!("SELECT count(*) FROM jobs WHERE key = '{key}' AND progress IS NOT NULL");
    environment.until(&begun, 1).await;
    // Somebody else takes it.
    let thief = Uuid::now_v7();
    let taken = environment
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
    let before = (
        environment.count(&state).await,
        environment.count(&left).await,
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        (
            environment.count(&state).await,
            environment.count(&left).await
        ),
        before
    );
    assert!(before.1 > 0);

    let given_back = format!("UPDATE jobs SET run_at = now() WHERE key = '{key}'");
    environment.execute(&given_back).await;
    environment.until_job_is("DONE", &key).await;
    assert_eq!(environment.count(&left).await, 0);
    let twice = format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND revision <> 2");
    assert_eq!(environment.count(&twice).await, 0);
    worker.stop().await;
}
