//! The table `consumer_positions`: the position of a consumer in each feed.

use chassis::Error;
use deadpool_postgres::GenericClient;

use super::feed_events::FeedEvent;

const SET: &str = "
    INSERT INTO consumer_positions (consumer, feed_id, seq, event_id)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (consumer, feed_id) DO UPDATE SET seq = excluded.seq, event_id = excluded.event_id";

/// Everything up to this event is handled. The lock of the feed's shard must be held.
pub(crate) async fn set(
    db: &impl GenericClient,
    consumer: &str,
    event: &FeedEvent,
) -> Result<(), Error> {
    let statement = db.prepare_cached(SET).await?;
    db.execute(
        &statement,
        &[&consumer, &event.feed_id, &event.seq, &event.id],
    )
    .await?;
    Ok(())
}
