//! All SQL of the receiver, one file per table it reads. It only reads: its database role cannot do more.
//!
//! Every function borrows a connection for one statement and gives it back, so a slow reader never holds one.

pub mod chats;
pub mod feed_events;
pub mod feeds;
pub mod messages;
pub mod participants;
pub mod profiles;
pub mod sessions;

use chassis::{Error, postgres::Pool};
use tokio_postgres::{Row, types::ToSql};

async fn rows(
    pool: &Pool,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Error> {
    let client = pool.get().await?;
    let statement = client.prepare_cached(sql).await?;
    Ok(client.query(&statement, parameters).await?)
}

/// A stored word that the schema's checks do not allow.
fn unexpected(column: &'static str, value: &str) -> Error {
    Error::internal(format!("{column}: unexpected value {value}"))
}
