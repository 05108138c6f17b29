//! The tables `feeds` and `feed_events`, as far as the feeds of users go.

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use serde_json::Value;
use shared_schema::{Change, Event, EventId, FeedRef, Instant, UserId};
use uuid::Uuid;

const INSERT: &str = "INSERT INTO feeds (id) VALUES ($1)";

/// The empty feed of a new user.
pub(crate) async fn insert(db: &impl GenericClient, user: UserId) -> Result<(), Error> {
    let statement = db.prepare_cached(INSERT).await?;
    db.execute(&statement, &[&user.0]).await?;
    Ok(())
}

const APPEND: &str = "
    SELECT seq, id, prev_id, at
    FROM append_events(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY[$3::text], $1, ARRAY[NULL::uuid], ARRAY[$4::jsonb])";

/// Appends a change to the user's own feed, which is also its actor, and locks the feed until the transaction ends.
pub(crate) async fn append(
    db: &impl GenericClient,
    user: UserId,
    change: Change,
) -> Result<Event, Error> {
    let statement = db.prepare_cached(APPEND).await?;
    let data: Option<Value> = change.data();
    let row = db
        .query_one(
            &statement,
            &[&user.0, &EventId::new().0, &change.kind(), &data],
        )
        .await?;
    Ok(Event {
        feed: FeedRef::from(user),
        seq: row.try_get("seq")?,
        id: EventId(row.try_get::<_, Uuid>("id")?),
        prev: row.try_get::<_, Option<Uuid>>("prev_id")?.map(EventId),
        at: Instant(row.try_get::<_, Timestamp>("at")?),
        actor: Some(user),
        change,
    })
}
