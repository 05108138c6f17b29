//! The lobby: a public chat that a new installation has before anybody has created one.

use tokio_postgres::{Error, Transaction};
use uuid::Uuid;

/// The id of the lobby, the same in every installation.
pub const LOBBY: Uuid = Uuid::from_u128(0x01980000_0000_7000_8000_6c6f6262790a);

/// Creates the lobby with its feed, if no chat has ever been created, and answers whether it did.
pub(crate) async fn create(transaction: &Transaction<'_>, name: &str) -> Result<bool, Error> {
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
