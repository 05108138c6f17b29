//! The index of words: what is indexed, when, and what is left of what was removed.

use std::time::Duration;

use uuid::Uuid;
use worker::{Config, WorkArgs};

use crate::app::TestEnvironment;

/// Looks all the time.
fn eager(environment: &TestEnvironment) -> Config {
    let config = environment.config();
    Config {
        work: WorkArgs {
            index_poll: Duration::from_millis(20),
            ..config.work
        },
        ..config
    }
}

fn indexed(chat: Uuid) -> String {
    format!("SELECT coalesce(max(number), 0)::bigint FROM word_positions WHERE chat_id = '{chat}'")
}

/// Segments in which the index has a word that is not what the messages have, and segments that are missing.
fn wrong(chat: Uuid) -> String {
    format!(
        "SELECT count(*) FROM generate_series(0, (SELECT message_count FROM feeds WHERE id = '{chat}') / 32) AS wanted (segment)
         LEFT JOIN message_words w ON w.chat_id = '{chat}' AND w.segment = wanted.segment
         WHERE coalesce(w.words, '') <> segment_words('{chat}', wanted.segment, 9223372036854775807)"
    )
}

/// Texts change as the sender changes them.
async fn change(environment: &TestEnvironment, chat: Uuid, number: i64, content: &str) {
    let change = format!(
        "BEGIN;
         UPDATE messages SET content = {content}, removed_at = CASE WHEN {content} IS NULL THEN clock_timestamp() END
         WHERE chat_id = '{chat}' AND number = {number};
         SELECT reindex_words('{chat}', {number});
         COMMIT"
    );
    environment.execute(&change).await;
}

#[tokio::test]
async fn what_was_there_before_and_what_comes_is_indexed_by_any_number_of_workers() {
    let environment = TestEnvironment::new().await;
    let (long, short) = (environment.chat(1_203).await, environment.chat(1).await);
    let workers = [
        environment.start(eager(&environment)).await,
        environment.start(eager(&environment)).await,
    ];
    environment.until(&indexed(long), 1_203).await;
    environment.until(&indexed(short), 1).await;
    // By its event, because all chats are compared when a worker begins, and hourly.
    let new = environment.chat(70).await;
    environment.until(&indexed(new), 70).await;
    for chat in [long, short, new] {
        assert_eq!(environment.count(&wrong(chat)).await, 0);
    }
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_text_that_changes_while_it_is_indexed_is_indexed_as_it_is_in_the_end() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(600).await;
    let worker = environment.start(eager(&environment)).await;
    for number in 1..=600 {
        let content = match number % 3 {
            0 => "NULL".to_owned(),
            _ => format!("'changed {number}'"),
        };
        change(&environment, chat, number, &content).await;
    }
    environment.until(&indexed(chat), 600).await;
    assert_eq!(environment.count(&wrong(chat)).await, 0);
    let old = format!(
        "SELECT count(*) FROM message_words WHERE chat_id = '{chat}' AND words::text LIKE '%secret%'"
    );
    assert_eq!(environment.count(&old).await, 0);
    worker.stop().await;
}

/// A segment without words has no row.
#[tokio::test]
async fn the_first_words_of_a_segment_come_by_an_edit_and_its_last_go_with_a_removal() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(2).await;
    environment
        .execute(&format!(
            "UPDATE messages SET content = '\u{1F389}' WHERE chat_id = '{chat}'; SELECT index_words('{chat}', 100)"
        ))
        .await;
    let rows = format!("SELECT count(*) FROM message_words WHERE chat_id = '{chat}'");
    assert_eq!(environment.count(&rows).await, 0);
    change(&environment, chat, 1, "'a word'").await;
    let found = format!("{rows} AND words::text LIKE '%word%'");
    assert_eq!(environment.count(&found).await, 1);
    assert_eq!(environment.count(&wrong(chat)).await, 0);
    change(&environment, chat, 1, "NULL").await;
    assert_eq!(environment.count(&rows).await, 0);
}

/// Who indexes holds the row of the chat; whoever changes a text waits for it, and the other way round.
#[tokio::test]
async fn neither_a_worker_nor_whoever_edits_overlooks_the_other() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(10).await;
    let edit = format!(
        "BEGIN; UPDATE messages SET content = 'changed' WHERE chat_id = '{chat}' AND number = 3; SELECT reindex_words('{chat}', 3)"
    );
    let editor = environment.database.connect_as_owner().await;
    // The edit is not committed: the worker leaves the chat alone.
    editor.batch_execute(&edit).await.unwrap();
    let index = format!("SELECT index_words('{chat}', 100)");
    let other = environment.database.connect_as_owner().await;
    let waiting =
        tokio::spawn(async move { other.query_one(&index, &[]).await.unwrap().get::<_, i64>(0) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    editor.batch_execute("COMMIT").await.unwrap();
    waiting.await.unwrap();
    environment
        .execute(&format!("SELECT index_words('{chat}', 100)"))
        .await;
    assert_eq!(environment.count(&wrong(chat)).await, 0);

    // The worker has not committed: whoever edits waits, and then corrects what it has written.
    let chat = environment.chat(10).await;
    let indexer = environment.database.connect_as_owner().await;
    indexer
        .batch_execute(&format!("BEGIN; SELECT index_words('{chat}', 100)"))
        .await
        .unwrap();
    let edit = format!(
        "BEGIN; UPDATE messages SET content = 'changed' WHERE chat_id = '{chat}' AND number = 3;
         SELECT reindex_words('{chat}', 3); COMMIT"
    );
    let waiting = tokio::spawn(async move { editor.batch_execute(&edit).await.unwrap() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    indexer.batch_execute("COMMIT").await.unwrap();
    waiting.await.unwrap();
    assert_eq!(environment.count(&wrong(chat)).await, 0);
}

#[tokio::test]
async fn the_words_of_a_removed_chat_are_erased_with_its_texts() {
    let environment = TestEnvironment::new().await;
    let (removed, other) = (environment.chat(700).await, environment.chat(3).await);
    let worker = environment.start(eager(&environment)).await;
    environment.until(&indexed(removed), 700).await;
    environment.until(&indexed(other), 3).await;
    environment.remove(removed).await;
    environment.until_erased("chats", removed).await;
    let words = |chat| format!("SELECT count(*) FROM message_words WHERE chat_id = '{chat}'");
    assert_eq!(environment.count(&words(removed)).await, 0);
    assert_eq!(environment.count(&words(other)).await, 1);
    worker.stop().await;
}
