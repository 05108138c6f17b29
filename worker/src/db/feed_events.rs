//! The table `feed_events`, as consumers search it.

use std::time::Duration;

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use super::consumer_shards::Shard;

/// What a consumer looks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) consumer: &'a str,
    pub(crate) kinds: &'a [String],
    /// Everything before it was seen, but for transactions that take as long as the overlap.
    pub(crate) watermark: Timestamp,
    pub(crate) overlap: Duration,
}

/// An event, as far as consumers can read it.
#[derive(Clone, Debug)]
pub(crate) struct FeedEvent {
    pub(crate) feed_id: Uuid,
    pub(crate) seq: i64,
    pub(crate) id: Uuid,
    pub(crate) kind: String,
}

/// Events after the consumer's position are new to it; if the history was replaced, all events are.
const SHARDS_WITH_NEWS: &str = "
    SELECT DISTINCT feed_shard(e.feed_id) AS shard
    FROM feed_events e
    LEFT JOIN consumer_positions p ON p.consumer = $1 AND p.feed_id = e.feed_id
    WHERE e.at >= $2::timestamptz - make_interval(secs => $3) AND e.kind = ANY ($4)
      AND (p.feed_id IS NULL OR e.seq > p.seq OR e.seq = p.seq AND e.id <> p.event_id)
    ORDER BY shard";

/// The shards in which something is new.
pub(crate) async fn shards_with_news(
    db: &impl GenericClient,
    search: &Search<'_>,
) -> Result<Vec<i32>, Error> {
    let statement = db.prepare_cached(SHARDS_WITH_NEWS).await?;
    let overlap = search.overlap.as_secs_f64();
    let rows = db
        .query(
            &statement,
            &[&search.consumer, &search.watermark, &overlap, &search.kinds],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get("shard")?)).collect()
}

/// A feed in which something is new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) feed_id: Uuid,
    /// The consumer has handled everything up to this seq.
    pub(crate) handled: i64,
}

const CANDIDATES: &str = "
    SELECT e.feed_id,
           CASE WHEN bool_or(p.feed_id IS NULL OR e.seq = p.seq) THEN min(e.seq) - 1 ELSE min(p.seq) END AS handled
    FROM feed_events e
    LEFT JOIN consumer_positions p ON p.consumer = $1 AND p.feed_id = e.feed_id
    WHERE e.at >= $2::timestamptz - make_interval(secs => $3) AND e.at >= $5 AND e.kind = ANY ($4)
      AND feed_shard(e.feed_id) = $6
      AND (p.feed_id IS NULL OR e.seq > p.seq OR e.seq = p.seq AND e.id <> p.event_id)
    GROUP BY e.feed_id
    ORDER BY e.feed_id
    LIMIT $7";

/// The feeds of a shard in which something is new, at most `limit`.
pub(crate) async fn candidates(
    db: &impl GenericClient,
    search: &Search<'_>,
    shard: &Shard,
    limit: i64,
) -> Result<Vec<Candidate>, Error> {
    let statement = db.prepare_cached(CANDIDATES).await?;
    let overlap = search.overlap.as_secs_f64();
    let rows = db
        .query(
            &statement,
            &[
                &search.consumer,
                &search.watermark,
                &overlap,
                &search.kinds,
                &shard.started_at,
                &shard.number,
                &limit,
            ],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Candidate {
                feed_id: row.try_get("feed_id")?,
                handled: row.try_get("handled")?,
            })
        })
        .collect()
}

const AFTER: &str = "
    SELECT feed_id, seq, id, kind
    FROM feed_events
    WHERE feed_id = $1 AND seq > $2 AND kind = ANY ($3) AND at >= $4
    ORDER BY seq
    LIMIT $5";

/// What is new in a feed, oldest first, at most `limit`. Not by time: an event that became visible late is among them.
pub(crate) async fn after(
    db: &impl GenericClient,
    candidate: &Candidate,
    kinds: &[String],
    started_at: Timestamp,
    limit: i64,
) -> Result<Vec<FeedEvent>, Error> {
    let statement = db.prepare_cached(AFTER).await?;
    let Candidate { feed_id, handled } = candidate;
    let rows = db
        .query(&statement, &[feed_id, handled, &kinds, &started_at, &limit])
        .await?;
    rows.iter()
        .map(|row| {
            Ok(FeedEvent {
                feed_id: row.try_get("feed_id")?,
                seq: row.try_get("seq")?,
                id: row.try_get("id")?,
                kind: row.try_get("kind")?,
            })
        })
        .collect()
}
