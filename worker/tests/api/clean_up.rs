//! What expired is forgotten, and nothing else.

use crate::app::TestEnvironment;

const DONE: &str = "SELECT count(*) FROM jobs WHERE state = 'DONE'";

#[tokio::test]
async fn sessions_are_forgotten_a_month_after_they_ended_with_their_tokens() {
    let environment = TestEnvironment::new().await;
    for name in ["revoked", "expired", "recent", "live"] {
        environment.account(name).await;
    }
    let age = |username: &str, column: &str, days: u32| {
        format!(
            "UPDATE sessions SET {column} = clock_timestamp() - interval '{days} days'
             WHERE user_id = (SELECT id FROM users WHERE username = '{username}');"
        )
    };
    environment
        .execute(
            &[
                age("revoked", "revoked_at", 31),
                age("expired", "expires_at", 31),
                age("recent", "revoked_at", 29),
            ]
            .concat(),
        )
        .await;
    let worker = environment.work().await;
    environment.until("SELECT count(*) FROM sessions", 4).await;
    environment.until(DONE, 5).await;
    let kept = "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.username IN ('recent', 'live')";
    assert_eq!(environment.count(kept).await, 4);
    assert_eq!(
        environment
            .count("SELECT count(*) FROM refresh_tokens")
            .await,
        6
    );
    worker.stop().await;
}

#[tokio::test]
async fn refresh_tokens_are_forgotten_a_week_after_they_were_used() {
    let environment = TestEnvironment::new().await;
    environment.account("ada").await;
    environment.account("ben").await;
    let session = "(SELECT id FROM sessions LIMIT 1)";
    environment
        .execute(&format!(
            "INSERT INTO refresh_tokens (hash, session_id, consumed_at) VALUES (sha256('c'), {session}, now() - interval '8 days');
             -- As after a clock that stepped back: used later than what it was exchanged for.
             INSERT INTO refresh_tokens (hash, session_id, consumed_at, successor)
             VALUES (sha256('b'), {session}, now() - interval '6 days', sha256('c'));
             INSERT INTO refresh_tokens (hash, session_id, consumed_at, successor)
             VALUES (sha256('a'), {session}, now() - interval '9 days', sha256('b'))"
        ))
        .await;
    let worker = environment.work().await;
    environment
        .until(
            "SELECT count(*) FROM refresh_tokens WHERE consumed_at < now() - interval '7 days'",
            0,
        )
        .await;
    assert_eq!(
        environment
            .count("SELECT count(*) FROM refresh_tokens")
            .await,
        6 + 1
    );
    worker.stop().await;
}

#[tokio::test]
async fn reservations_are_forgotten_when_they_have_expired() {
    let environment = TestEnvironment::new().await;
    let user = environment.account("ada").await;
    environment
        .execute(&format!(
            "INSERT INTO reserved_usernames VALUES ('expired', '{user}', now()), ('kept', '{user}', now() + interval '1 hour')"
        ))
        .await;
    let worker = environment.work().await;
    environment
        .until("SELECT count(*) FROM reserved_usernames", 1)
        .await;
    environment
        .until(
            "SELECT count(*) FROM reserved_usernames WHERE username = 'kept'",
            1,
        )
        .await;
    worker.stop().await;
}

#[tokio::test]
async fn jobs_are_forgotten_a_week_after_they_were_done_and_dead_ones_later() {
    let environment = TestEnvironment::new().await;
    environment
        .execute(
            "INSERT INTO jobs (id, kind, key, state, ended_at)
             SELECT gen_random_uuid(), 'ERASE_CHAT', state || days, state, now() - days * interval '1 day'
             FROM unnest(ARRAY['DONE', 'EXPIRED', 'DEAD']) AS state, unnest(ARRAY[6, 8, 91]) AS days",
        )
        .await;
    let worker = environment.work().await;
    environment
        .until("SELECT count(*) FROM jobs WHERE kind = 'ERASE_CHAT'", 4)
        .await;
    let kept = "SELECT count(*) FROM jobs WHERE key IN ('DONE6', 'EXPIRED6', 'DEAD6', 'DEAD8')";
    assert_eq!(environment.count(kept).await, 4);
    worker.stop().await;
}
