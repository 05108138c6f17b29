//! The lobby: a public chat that a new installation has before anybody has created one.

use tokio_postgres::{Config, Transaction};
use uuid::Uuid;

use crate::{Error, connect, folding};

/// The id of the lobby, the same in every installation.
pub const LOBBY: Uuid = Uuid::from_u128(0x01980000_0000_7000_8000_6c6f6262790a);

/// Creates the public chat [`LOBBY`] with this name, and answers whether it did. It does so only where no chat has ever been
/// created: an installation whose lobby was renamed stays as it is, and one whose lobby was removed goes without.
///
/// Nobody takes part in it at first. Whoever joins it first owns it.
///
/// # Errors
///
/// When the database is away, is not migrated, or does not accept the name.
pub async fn create_lobby_on(database: &Config, name: &str) -> Result<bool, Error> {
    let mut client = connect(database).await?;
    let transaction = client.transaction().await?;
    let is_new = create(&transaction, name).await?;
    transaction.commit().await?;
    if is_new {
        folding::run(&client).await?;
    }
    Ok(is_new)
}

async fn create(transaction: &Transaction<'_>, name: &str) -> Result<bool, Error> {
    // Another process may be doing the same: then the id is taken.
    let created = transaction
        .execute(
            "INSERT INTO chats (id, kind, name, participant_count, created_by, request_hash)
             SELECT $1, 'PUBLIC', $2, 0, $3, ''
             WHERE NOT EXISTS (SELECT FROM chats)
             ON CONFLICT DO NOTHING",
            &[&LOBBY, &name, &Uuid::nil()],
        )
        .await?;
    if created == 0 {
        return Ok(false);
    }
    transaction
        .execute("INSERT INTO feeds (id) VALUES ($1)", &[&LOBBY])
        .await?;
    transaction
        .execute(
            "SELECT append_events(ARRAY[$1::uuid], ARRAY[$2::uuid], '{CHAT_CREATED}', NULL, '{NULL}', '{NULL}')",
            &[&LOBBY, &Uuid::now_v7()],
        )
        .await?;
    Ok(true)
}
