//! The table `consumer_shards`: locks of the parts into which all feeds are divided, and the watermarks of consumers.

use chassis::{Error, postgres::Pool};
use deadpool_postgres::GenericClient;
use jiff::Timestamp;

/// A shard whose row is locked, so no other worker handles it until the transaction ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shard {
    pub(crate) number: i32,
    /// What happened before does not concern the consumer.
    pub(crate) started_at: Timestamp,
    pub(crate) watermark: Timestamp,
    /// Before the search for events began.
    pub(crate) now: Timestamp,
}

/// A consumer's oldest watermark.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OldestWatermark {
    pub(crate) watermark: Timestamp,
    /// Before the search for events began.
    pub(crate) now: Timestamp,
    /// Negative after the clock has stepped back.
    pub(crate) age_seconds: f64,
}

const INSERT_MISSING: &str = "
    INSERT INTO consumer_shards (consumer, shard, started_at, watermark)
    SELECT $1, shard, now(), now()
    FROM generate_series(0, 15) AS shard
    ON CONFLICT (consumer, shard) DO NOTHING";

/// Makes a consumer known, from now on.
pub(crate) async fn insert_missing(pool: &Pool, consumer: &str) -> Result<(), Error> {
    let client = pool.get().await?;
    let statement = client.prepare_cached(INSERT_MISSING).await?;
    client.execute(&statement, &[&consumer]).await?;
    Ok(())
}

const OLDEST_WATERMARK: &str = "
    SELECT watermark, now, extract(epoch FROM now - watermark)::float8 AS age_seconds
    FROM (
        SELECT min(watermark) AS watermark, clock_timestamp() AS now
        FROM consumer_shards
        WHERE consumer = $1
    ) AS oldest";

pub(crate) async fn oldest_watermark(
    db: &impl GenericClient,
    consumer: &str,
) -> Result<OldestWatermark, Error> {
    let statement = db.prepare_cached(OLDEST_WATERMARK).await?;
    let row = db.query_one(&statement, &[&consumer]).await?;
    Ok(OldestWatermark {
        watermark: row.try_get("watermark")?,
        now: row.try_get("now")?,
        age_seconds: row.try_get("age_seconds")?,
    })
}

const LOCK: &str = "
    SELECT shard, started_at, watermark, clock_timestamp() AS now
    FROM consumer_shards
    WHERE consumer = $1 AND shard = $2
    FOR UPDATE SKIP LOCKED";

/// None if another worker holds the lock.
pub(crate) async fn lock(
    db: &impl GenericClient,
    consumer: &str,
    number: i32,
) -> Result<Option<Shard>, Error> {
    let statement = db.prepare_cached(LOCK).await?;
    let row = db.query_opt(&statement, &[&consumer, &number]).await?;
    row.map(|row| {
        Ok(Shard {
            number: row.try_get("shard")?,
            started_at: row.try_get("started_at")?,
            watermark: row.try_get("watermark")?,
            now: row.try_get("now")?,
        })
    })
    .transpose()
}

const MOVE_WATERMARK: &str =
    "UPDATE consumer_shards SET watermark = $3 WHERE consumer = $1 AND shard = $2";

/// Everything that could be seen in the shard when it was locked is handled.
pub(crate) async fn move_watermark(
    db: &impl GenericClient,
    consumer: &str,
    shard: &Shard,
) -> Result<(), Error> {
    let statement = db.prepare_cached(MOVE_WATERMARK).await?;
    db.execute(&statement, &[&consumer, &shard.number, &shard.now])
        .await?;
    Ok(())
}

const MOVE_IDLE_WATERMARKS: &str = "
    UPDATE consumer_shards SET watermark = $3
    WHERE consumer = $1 AND shard IN (
        SELECT shard FROM consumer_shards
        WHERE consumer = $1 AND shard <> ALL ($2)
        FOR UPDATE SKIP LOCKED
    )";

/// Nothing was new at `now` in all shards but the busy ones. Also back: a clock that has stepped back writes earlier times
/// than the watermark.
pub(crate) async fn move_idle_watermarks(
    db: &impl GenericClient,
    consumer: &str,
    busy: &[i32],
    now: Timestamp,
) -> Result<(), Error> {
    let statement = db.prepare_cached(MOVE_IDLE_WATERMARKS).await?;
    db.execute(&statement, &[&consumer, &busy, &now]).await?;
    Ok(())
}
