//! What the services' database roles cannot do, whatever the services try.

use lab::servers::connect;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::house::{alone, person, shared};

async fn refusal(client: &Client, statement: &str) -> Option<SqlState> {
    client
        .batch_execute(statement)
        .await
        .err()
        .and_then(|error| error.code().cloned())
}

#[tokio::test]
async fn the_receivers_role_cannot_write_anything() {
    let _alone = alone().await;
    let stack = shared().await;
    let owner = connect(&stack.database_url(None)).await;
    let tables = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'";
    let tables = owner.query(tables, &[]).await.unwrap();
    assert!(tables.len() > 5);

    let receiver = connect(&stack.database_url(Some("antiphon_receiver"))).await;
    let first = refusal(&receiver, "INSERT INTO messages DEFAULT VALUES").await;
    assert_eq!(first, Some(SqlState::READ_ONLY_SQL_TRANSACTION));
    // That was a setting, which whoever holds the role can change. These are the grants.
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
    let _alone = alone().await;
    let stack = shared().await;
    person(stack, "ada").await;
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
    }
}
