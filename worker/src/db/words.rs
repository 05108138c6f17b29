//! The index of words, which this service fills without reading a text.

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

/// Chats with messages that are not indexed, and the time at which they were looked for.
pub(crate) struct Backlog {
    pub(crate) chats: Vec<Uuid>,
    pub(crate) at: Timestamp,
}

const BACKLOG: &str =
    "SELECT ARRAY (SELECT chats_to_index($1, $2)) AS chats, clock_timestamp() AS at";

/// At most so many chats with messages that are not indexed: among those with events since a time, or among all.
pub(crate) async fn backlog(
    db: &impl GenericClient,
    since: Option<Timestamp>,
    most: i32,
) -> Result<Backlog, Error> {
    let statement = db.prepare_cached(BACKLOG).await?;
    let row = db.query_one(&statement, &[&since, &most]).await?;
    Ok(Backlog {
        chats: row.try_get("chats")?,
        at: row.try_get("at")?,
    })
}

const INDEX: &str = "SELECT index_words($1, $2)";

/// Indexes at most so many further messages of a chat, unless another worker is at it. Returns how many.
pub(crate) async fn index(db: &impl GenericClient, chat: Uuid, most: i64) -> Result<i64, Error> {
    let statement = db.prepare_cached(INDEX).await?;
    Ok(db
        .query_one(&statement, &[&chat, &most])
        .await?
        .try_get(0)?)
}
