//! What the role of workers can do, and what it cannot.

use crate::app::TestEnvironment;

#[tokio::test]
async fn the_role_reads_no_text_and_no_password_and_changes_neither() {
    let environment = TestEnvironment::new().await;
    let (chat, user) = (environment.chat(3).await, environment.account("ada").await);
    let worker = environment.database.connect_as("antiphon_worker").await;
    for statement in [
        "SELECT content FROM messages".to_owned(),
        "SELECT * FROM messages".to_owned(),
        "SELECT name FROM chats".to_owned(),
        "SELECT password_hash FROM users".to_owned(),
        "SELECT email FROM users".to_owned(),
        "SELECT data FROM feed_events".to_owned(),
        "UPDATE messages SET content = NULL, removed_at = now()".to_owned(),
        "UPDATE users SET password_hash = ''".to_owned(),
        "UPDATE chats SET erased_at = now()".to_owned(),
        "UPDATE feed_events SET data = NULL".to_owned(),
        "UPDATE sessions SET revoked_at = NULL".to_owned(),
        "UPDATE feeds SET last_seq = 0".to_owned(),
        "INSERT INTO feed_events (feed_id, seq, id, kind, at) VALUES (gen_random_uuid(), 1, gen_random_uuid(), 'CHAT_REMOVED', now())".to_owned(),
        "DELETE FROM messages".to_owned(),
        "DELETE FROM users".to_owned(),
        "DELETE FROM feed_events".to_owned(),
        format!("SELECT FROM append_events(ARRAY['{chat}'::uuid], ARRAY[gen_random_uuid()], ARRAY['CHAT_REMOVED'], '{user}', ARRAY[NULL::uuid], ARRAY[NULL::jsonb])"),
        "CREATE TABLE mine (id int)".to_owned(),
    ] {
        let error = worker.batch_execute(&statement).await.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "42501", "{statement}");
    }

    // Whatever it asks to erase: what is there stays.
    let before = "SELECT hashtext(string_agg(t::text, '')) FROM (SELECT m::text FROM messages m UNION ALL SELECT u::text FROM users u
                  UNION ALL SELECT c::text FROM chats c UNION ALL SELECT e::text FROM feed_events e ORDER BY 1) AS t";
    let before: i32 = environment
        .owner
        .query_one(before, &[])
        .await
        .unwrap()
        .get(0);
    for statement in [
        format!("SELECT erase_messages('{chat}', 1, 3)"),
        format!("SELECT erase_events('{chat}', 1, 9)"),
        format!("SELECT erase_events('{user}', 1, 9)"),
        format!("SELECT erase_chat('{chat}')"),
        format!("SELECT erase_account('{user}')"),
    ] {
        worker.batch_execute(&statement).await.unwrap();
    }
    let after = "SELECT hashtext(string_agg(t::text, '')) FROM (SELECT m::text FROM messages m UNION ALL SELECT u::text FROM users u
                  UNION ALL SELECT c::text FROM chats c UNION ALL SELECT e::text FROM feed_events e ORDER BY 1) AS t";
    let after: i32 = environment
        .owner
        .query_one(after, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(before, after);
}

#[tokio::test]
async fn nobody_else_erases_or_sees_jobs() {
    let environment = TestEnvironment::new().await;
    for role in ["antiphon_users", "antiphon_sender", "antiphon_receiver"] {
        let other = environment.database.connect_as(role).await;
        other
            .batch_execute("SET default_transaction_read_only = off")
            .await
            .unwrap();
        for statement in [
            "SELECT erase_messages(gen_random_uuid(), 1, 3)",
            "SELECT erase_events(gen_random_uuid(), 1, 3)",
            "SELECT erase_chat(gen_random_uuid())",
            "SELECT erase_account(gen_random_uuid())",
            "SELECT * FROM jobs",
            "SELECT * FROM consumer_positions",
            "LOCK TABLE consumer_shards",
        ] {
            let error = other
                .batch_execute(&format!("BEGIN; {statement}"))
                .await
                .unwrap_err();
            assert_eq!(error.code().unwrap().code(), "42501", "{role}: {statement}");
            other.batch_execute("ROLLBACK").await.unwrap();
        }
    }
}
