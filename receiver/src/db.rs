//! All SQL of the receiver, one file per table it reads. It only reads: its database role cannot do more.
//!
//! Every function borrows a connection for one statement and gives it back, so a slow reader never holds one.

pub(crate) mod chat_settings;
pub(crate) mod chats;
pub(crate) mod drafts;
pub(crate) mod ended_sessions;
pub(crate) mod feed_events;
pub(crate) mod feeds;
pub(crate) mod message_mentions;
pub(crate) mod message_parts;
pub(crate) mod message_position;
pub(crate) mod message_revisions;
pub(crate) mod message_scope;
pub(crate) mod message_search;
pub(crate) mod messages;
pub(crate) mod own_messages;
pub(crate) mod participants;
pub(crate) mod pinned_messages;
pub(crate) mod probes;
pub(crate) mod profiles;
pub(crate) mod reactions;
pub(crate) mod receipts;
pub(crate) mod replication;
pub(crate) mod sessions;
pub(crate) mod thread_follows;
pub(crate) mod threads;
pub(crate) mod words;

use chassis::{Error, postgres::Pool};
use tokio_postgres::{Row, error::SqlState, types::ToSql};

/// The newest migration whose tables this build uses.
pub(crate) const SCHEMA_VERSION: u32 = 18;

/// The rows that a statement finds. A connection that turns out to be dead is replaced once: a read may be repeated,
/// and a subscription must not end because a database connection did.
async fn rows(
    pool: &Pool,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, Error> {
    match rows_once(pool, sql, parameters).await {
        Err(QueryError::Connection(error)) => {
            tracing::debug!(%error, "a database connection broke; reading again");
            Ok(rows_once(pool, sql, parameters).await?)
        }
        outcome => Ok(outcome?),
    }
}

async fn rows_once(
    pool: &Pool,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, QueryError> {
    let client = pool.get().await.map_err(QueryError::Other)?;
    let read = async {
        let statement = client.prepare_cached(sql).await?;
        client.query(&statement, parameters).await
    };
    read.await.map_err(|error| {
        let ended = error.is_closed()
            || matches!(
                error.code(),
                Some(&SqlState::ADMIN_SHUTDOWN | &SqlState::CRASH_SHUTDOWN)
            );
        if ended {
            QueryError::Connection(error)
        } else {
            QueryError::Other(error.into())
        }
    })
}

/// Why there are no rows.
enum QueryError {
    Connection(tokio_postgres::Error),
    Other(Error),
}

impl From<QueryError> for Error {
    fn from(broken: QueryError) -> Self {
        match broken {
            QueryError::Connection(error) => error.into(),
            QueryError::Other(error) => error,
        }
    }
}

/// A stored word that the schema's checks do not allow.
fn unexpected(column: &'static str, value: &str) -> Error {
    Error::internal(format!("{column}: unexpected value {value}"))
}

/// The text as a LIKE pattern that matches only itself.
fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
