//! The table `feeds`: how long a feed is. And what its events hold, which this service can erase and not read.

use chassis::Error;
use deadpool_postgres::GenericClient;
use uuid::Uuid;

/// How much there is in a feed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length {
    pub(crate) last_seq: i64,
    /// Of a chat's feed.
    pub(crate) message_count: i64,
}

const LENGTH: &str = "SELECT last_seq, message_count FROM feeds WHERE id = $1";

pub(crate) async fn length(db: &impl GenericClient, feed: Uuid) -> Result<Option<Length>, Error> {
    let statement = db.prepare_cached(LENGTH).await?;
    let row = db.query_opt(&statement, &[&feed]).await?;
    row.map(|row| {
        Ok(Length {
            last_seq: row.try_get("last_seq")?,
            message_count: row.try_get("message_count")?,
        })
    })
    .transpose()
}

const ERASE_EVENTS: &str = "SELECT erase_events($1, $2, $3)";

/// Erases the data of the events with these seqs, the last one included, in the feed of a removed chat or a closed account.
pub(crate) async fn erase_events(
    db: &impl GenericClient,
    feed: Uuid,
    first: i64,
    last: i64,
) -> Result<(), Error> {
    let statement = db.prepare_cached(ERASE_EVENTS).await?;
    db.query_one(&statement, &[&feed, &first, &last]).await?;
    Ok(())
}
