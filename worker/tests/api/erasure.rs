//! P9: what removed chats and closed accounts held is gone, and nothing else is.

use shared_schema::Change;
use uuid::Uuid;

use crate::app::TestEnvironment;

/// Everything that stands anywhere about a chat or a user, as text.
async fn secrets(environment: &TestEnvironment, id: Uuid) -> i64 {
    let query = format!(
        "SELECT (SELECT count(*) FROM messages t WHERE t::text ILIKE '%secret%' AND chat_id = '{id}')
              + (SELECT count(*) FROM chats t WHERE t::text ILIKE '%secret%' AND id = '{id}')
              + (SELECT count(*) FROM users t WHERE t::text ILIKE '%secret%' AND id = '{id}')
              + (SELECT count(*) FROM sessions t WHERE t::text ILIKE '%secret%' AND user_id = '{id}')
              + (SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id = '{id}')
              + (SELECT count(*) FROM feed_events WHERE feed_id = '{id}' AND data IS NOT NULL AND kind <> 'SESSION_REVOKED')"
    );
    environment.count(&query).await
}

#[tokio::test]
async fn a_removed_chat_loses_its_texts_and_keeps_its_numbers() {
    let environment = TestEnvironment::new().await;
    let (removed, other) = (environment.chat(1203).await, environment.chat(3).await);
    assert_eq!(secrets(&environment, removed).await, 1203 + 1 + 1);
    let shape = format!(
        "SELECT md5(string_agg(concat_ws(' ', id, number, seq, sender_id, sender_username, request_hash, created_at), ',' ORDER BY number))
         FROM messages WHERE chat_id = '{removed}'"
    );
    let events = format!(
        "SELECT md5(string_agg(concat_ws(' ', seq, id, prev_id, kind, at, actor_id, message_id), ',' ORDER BY seq))
         FROM feed_events WHERE feed_id = '{removed}'"
    );
    let text = async |query: &str| -> String {
        environment
            .owner
            .query_one(query, &[])
            .await
            .unwrap()
            .get(0)
    };
    let worker = environment.work().await;
    environment.remove(removed).await;
    let before = (text(&shape).await, text(&events).await);
    environment.until_erased("chats", removed).await;

    assert_eq!(secrets(&environment, removed).await, 0);
    assert_eq!((text(&shape).await, text(&events).await), before);
    let once = format!(
        "SELECT count(*) FROM messages WHERE chat_id = '{removed}' AND revision = 2 AND removed_at IS NOT NULL"
    );
    assert_eq!(environment.count(&once).await, 1203);
    environment.until_job_is("DONE", &removed.to_string()).await;
    assert_eq!(secrets(&environment, other).await, 3 + 1 + 1);
    worker.stop().await;
}

/// Readers of the last release, too: an event whose data is gone is a position.
#[tokio::test]
async fn an_event_without_its_data_is_still_read() {
    for kind in ["PARTICIPANTS_ADDED", "PARTICIPANT_REMOVED", "CHAT_LEFT"] {
        let change = Change::from_stored(kind, None, None);
        assert!(
            matches!(&change, Change::Unknown { kind: read } if read == kind),
            "{change:?}"
        );
    }
}

#[tokio::test]
async fn a_closed_account_keeps_its_username_and_what_keeps_its_address_taken() {
    let environment = TestEnvironment::new().await;
    let (closed, other) = (
        environment.account("ada").await,
        environment.account("ben").await,
    );
    let before = secrets(&environment, other).await;
    assert_eq!(secrets(&environment, closed).await, before);
    let worker = environment.work().await;
    environment.close(closed).await;
    environment.until_erased("users", closed).await;

    assert_eq!(secrets(&environment, closed).await, 0);
    assert_eq!(secrets(&environment, other).await, before);
    let kept = "SELECT count(*) FROM users WHERE username = 'ada' AND display_name = 'ada' AND about = '' AND name_folded IS NULL
                AND email_folded = address_digest('secret.ada@example.org')";
    assert_eq!(environment.count(kept).await, 1);
    // Their tokens are refused by these.
    let ended = format!(
        "SELECT count(*) FROM sessions WHERE user_id = '{closed}' AND revoked_at IS NOT NULL"
    );
    assert_eq!(environment.count(&ended).await, 2);
    worker.stop().await;
}

#[tokio::test]
async fn the_end_of_a_session_closes_no_account() {
    let environment = TestEnvironment::new().await;
    let (user, closed) = (
        environment.account("ada").await,
        environment.account("ben").await,
    );
    let worker = environment.work().await;
    environment
        .execute(&format!(
            "SELECT FROM append_events(ARRAY['{user}'::uuid], ARRAY[gen_random_uuid()], ARRAY['SESSION_REVOKED'], '{user}',
                                       ARRAY[NULL::uuid], ARRAY['{{}}'::jsonb])"
        ))
        .await;
    environment.close(closed).await;
    environment.until_erased("users", closed).await;
    assert_eq!(
        environment
            .count("SELECT count(*) FROM jobs WHERE kind = 'ERASE_ACCOUNT'")
            .await,
        1
    );
    worker.stop().await;
}

/// Of an earlier release, or with an event that nobody saw.
#[tokio::test]
async fn what_no_event_tells_of_is_found() {
    let environment = TestEnvironment::new().await;
    let (chat, user) = (environment.chat(3).await, environment.account("ada").await);
    environment
        .execute(
            "UPDATE chats SET removed_at = now() - interval '1 year';
             UPDATE users SET deactivated_at = now() - interval '1 year';
             UPDATE sessions SET revoked_at = now()",
        )
        .await;
    let worker = environment.work().await;
    environment.until_erased("chats", chat).await;
    environment.until_erased("users", user).await;
    worker.stop().await;
}
