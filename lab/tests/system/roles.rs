//! What the services' accounts in Postgres and Redis are not permitted to do.

use lab_stack::servers::{Postgres, connect};
use redis::{Client as Redis, RedisResult, cmd};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::shared_stack::{lock_machine, register_user, shared};

async fn refusal(client: &Client, statement: &str) -> Option<SqlState> {
    client
        .batch_execute(statement)
        .await
        .err()
        .and_then(|error| error.code().cloned())
}

#[tokio::test]
async fn the_receivers_role_cannot_write_anything() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let owner = connect(&stack.database_url(None)).await;
    let tables = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'";
    let tables = owner.query(tables, &[]).await.unwrap();
    assert!(tables.len() > 5);

    let receiver = connect(&stack.database_url(Some("antiphon_receiver"))).await;
    let first = refusal(&receiver, "INSERT INTO messages DEFAULT VALUES").await;
    assert_eq!(first, Some(SqlState::READ_ONLY_SQL_TRANSACTION));
    // That was a setting, which the role itself can change. These are the grants.
    receiver
        .batch_execute("SET default_transaction_read_only = off")
        .await
        .unwrap();
    for table in tables {
        let table: String = table.get(0);
        for statement in [
            format!("INSERT INTO {table} DEFAULT VALUES"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            let refusal = refusal(&receiver, &statement).await;
            assert_eq!(
                refusal,
                Some(SqlState::INSUFFICIENT_PRIVILEGE),
                "{statement}"
            );
        }
    }
    let create = refusal(&receiver, "CREATE TABLE mine (id int)").await;
    assert_eq!(create, Some(SqlState::INSUFFICIENT_PRIVILEGE));
}

#[tokio::test]
async fn password_hashes_and_sessions_are_invisible_to_sender_and_receiver() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    register_user(stack, "ada").await;
    let owner = connect(&stack.database_url(None)).await;
    let hashes = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'";
    assert!(owner.query_one(hashes, &[]).await.unwrap().get::<_, i64>(0) > 0);

    for role in ["antiphon_sender", "antiphon_receiver"] {
        let client = connect(&stack.database_url(Some(role))).await;
        for statement in [
            "SELECT password_hash FROM users",
            "SELECT email FROM users",
            "SELECT * FROM users",
            "SELECT * FROM sessions",
        ] {
            let refusal = refusal(&client, statement).await;
            assert_eq!(
                refusal,
                Some(SqlState::INSUFFICIENT_PRIVILEGE),
                "{role}: {statement}"
            );
        }
        client
            .batch_execute("SELECT * FROM public_profiles")
            .await
            .unwrap();
        // S2: they see that a session has ended, but not whose it was.
        let seen = client
            .prepare("SELECT * FROM ended_sessions")
            .await
            .unwrap();
        let columns: Vec<&str> = seen.columns().iter().map(|column| column.name()).collect();
        assert_eq!(columns, ["id", "revoked_at"], "{role}");
    }
}

/// N5: the role of users may append only to the feeds of users, and each kind of event has one writer.
#[tokio::test]
async fn a_feed_takes_only_what_its_writers_role_may_say() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let (ada, ben) = (
        register_user(stack, "ada").await,
        register_user(stack, "ben").await,
    );
    let chat = crate::shared_stack::create_group(&ada, &[&ben]).await;
    let append = |feed: Uuid, kind: &str| {
        format!(
            "SELECT count(*) FROM append_events(ARRAY['{feed}'::uuid], ARRAY['{}'::uuid], ARRAY['{kind}'], '{}',
                                                ARRAY[NULL::uuid], ARRAY['{{}}'::jsonb])",
            Uuid::now_v7(),
            ada.user_id()
        )
    };
    let users = connect(&stack.database_url(Some("antiphon_users"))).await;
    let sender = connect(&stack.database_url(Some("antiphon_sender"))).await;
    let owner = connect(&stack.database_url(None)).await;
    let heads = format!(
        "SELECT sum(last_seq)::bigint FROM feeds WHERE id IN ('{chat}', '{}')",
        ada.user_id()
    );
    let before: i64 = owner.query_one(&heads, &[]).await.unwrap().get(0);

    // The feed of a chat is not one of its feeds: it does not even see the row.
    let appended = users.query_one(&append(chat, "PROFILE_UPDATED"), &[]).await;
    assert_eq!(appended.unwrap().get::<_, i64>(0), 0);
    for (client, statement) in [
        (&users, append(ada.user_id(), "CHAT_ADDED")),
        (&users, append(ada.user_id(), "MESSAGE_ADDED")),
        (&sender, append(ada.user_id(), "SESSION_REVOKED")),
        (&sender, append(chat, "PROFILE_UPDATED")),
        (
            &users,
            format!(
                "INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at)
                 VALUES ('{chat}', 1000, '{0}', '{0}', 'PROFILE_UPDATED', now())",
                Uuid::now_v7()
            ),
        ),
        (
            &users,
            format!("INSERT INTO feeds (id) VALUES ('{}')", Uuid::now_v7()),
        ),
    ] {
        assert_eq!(
            refusal(client, &statement).await,
            Some(SqlState::INSUFFICIENT_PRIVILEGE),
            "{statement}"
        );
    }
    let after: i64 = owner.query_one(&heads, &[]).await.unwrap().get(0);
    assert_eq!(before, after);
}

/// N5: no role of a service can fill the disk with temporary tables, or block the installation of a release.
#[tokio::test]
async fn no_role_makes_temporary_tables_or_holds_up_the_migrations() {
    let _alone = lock_machine().await;
    let postgres = Postgres::start();
    postgres.create_database("fresh").await.unwrap();
    postgres.migrate("fresh").await.unwrap();
    for role in [
        "antiphon_sender",
        "antiphon_receiver",
        "antiphon_users",
        "antiphon_worker",
    ] {
        let client = connect(&postgres.url(role, "fresh")).await;
        client
            .batch_execute("SET default_transaction_read_only = off")
            .await
            .unwrap();
        for statement in [
            "CREATE TEMPORARY TABLE mine (id int)",
            "LOCK TABLE migrate_lock IN ACCESS SHARE MODE",
            "LOCK TABLE refinery_schema_history IN SHARE MODE",
            "SELECT * FROM migrate_lock",
        ] {
            let refusal = refusal(&client, &format!("BEGIN; {statement}")).await;
            assert_eq!(
                refusal,
                Some(SqlState::INSUFFICIENT_PRIVILEGE),
                "{role}: {statement}"
            );
            client.batch_execute("ROLLBACK").await.unwrap();
        }
    }
    // The lock that `migrate` took in earlier releases, and what a role can lock by reading.
    let holder = connect(&postgres.url("antiphon_users", "fresh")).await;
    holder
        .batch_execute(
            "BEGIN; SELECT pg_advisory_lock(x'616e746970686f6e'::bigint);
             SELECT count(*) FROM refinery_schema_history",
        )
        .await
        .unwrap();
    let migrated = tokio::time::timeout(
        std::time::Duration::from_secs(20),
        postgres.migrate("fresh"),
    );
    migrated.await.expect("it waits for a service").unwrap();
}

async fn publish(url: &str, channel: &str) -> RedisResult<u64> {
    let mut connection = Redis::open(url)
        .unwrap()
        .get_multiplexed_async_connection()
        .await?;
    cmd("SPUBLISH")
        .arg(channel)
        .arg("forged")
        .query_async(&mut connection)
        .await
}

/// S7: only users and sender can publish. The accounts of the receiver and of anonymous clients cannot, and none of the three
/// services can read, list or configure anything.
#[tokio::test]
async fn only_the_services_that_write_can_publish_hints() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    let redis = stack.redis();
    let channel = format!("feed:{}", Uuid::now_v7());
    for service in ["users", "sender"] {
        let url = redis.url_as(service);
        publish(&url, &channel).await.unwrap();
        let elsewhere = publish(&url, "elsewhere").await.unwrap_err();
        assert_eq!(elsewhere.code(), Some("NOPERM"));
    }
    let receiver = publish(&redis.url_as("receiver"), &channel).await;
    assert_eq!(receiver.unwrap_err().code(), Some("NOPERM"));
    let nobody = publish(&redis.address(), &channel).await;
    assert_eq!(nobody.unwrap_err().code(), Some("NOAUTH"));
    let guessed = redis.url_as("sender").replace("sender:", "sender:x");
    assert!(publish(&guessed, &channel).await.is_err());

    for service in ["users", "sender", "receiver"] {
        let client = Redis::open(redis.url_as(service)).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        for words in [
            &["KEYS", "*"][..],
            &["FLUSHALL"],
            &["CONFIG", "GET", "*"],
            &["ACL", "LIST"],
            &["GET", "elsewhere"],
            &["PUBLISH", "feed:x", "forged"],
            &["PSUBSCRIBE", "*"],
            &["CLIENT", "LIST"],
            &["SHUTDOWN", "NOSAVE"],
        ] {
            let refused: RedisResult<()> = cmd(words[0])
                .arg(&words[1..])
                .query_async(&mut connection)
                .await;
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), Some("NOPERM"), "{service}: {words:?}");
        }
    }
}
