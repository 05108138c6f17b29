//! The table `jobs`: enqueuing, leasing and ending jobs. `queue.rs` explains how the queue works.

use std::time::Duration;

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

const ENQUEUE: &str = "
    INSERT INTO jobs (id, kind, key) VALUES ($1, $2, $3)
    ON CONFLICT (kind, key) DO NOTHING";

/// Enqueues a job unless there is one of this kind with this key, also one that is done.
pub(crate) async fn enqueue(db: &impl GenericClient, kind: &str, key: &str) -> Result<(), Error> {
    let statement = db.prepare_cached(ENQUEUE).await?;
    db.execute(&statement, &[&Uuid::now_v7(), &kind, &key])
        .await?;
    Ok(())
}

const ENQUEUE_IF_CLOSED: &str = "
    INSERT INTO jobs (id, kind, key)
    SELECT $1, $2, id::text FROM users WHERE id = $3 AND deactivated_at IS NOT NULL
    ON CONFLICT (kind, key) DO NOTHING";

/// Enqueues a job about this account if that is closed.
pub(crate) async fn enqueue_if_closed(
    db: &impl GenericClient,
    kind: &str,
    user: Uuid,
) -> Result<(), Error> {
    let statement = db.prepare_cached(ENQUEUE_IF_CLOSED).await?;
    db.execute(&statement, &[&Uuid::now_v7(), &kind, &user])
        .await?;
    Ok(())
}

const ENQUEUE_REMOVED_CHATS: &str = "
    INSERT INTO jobs (id, kind, key)
    SELECT gen_random_uuid(), $1, c.id::text
    FROM chats c
    WHERE c.removed_at IS NOT NULL AND c.erased_at IS NULL
      AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = $1 AND j.key = c.id::text)
    ORDER BY c.id
    LIMIT $2
    ON CONFLICT (kind, key) DO NOTHING";

/// Enqueues a job for each removed chat that is not erased and has none, at most `limit`, and says how many.
pub(crate) async fn enqueue_removed_chats(
    db: &impl GenericClient,
    kind: &str,
    limit: i64,
) -> Result<u64, Error> {
    let statement = db.prepare_cached(ENQUEUE_REMOVED_CHATS).await?;
    Ok(db.execute(&statement, &[&kind, &limit]).await?)
}

const ENQUEUE_CLOSED_ACCOUNTS: &str = "
    INSERT INTO jobs (id, kind, key)
    SELECT gen_random_uuid(), $1, u.id::text
    FROM users u
    WHERE u.deactivated_at IS NOT NULL AND u.erased_at IS NULL
      AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = $1 AND j.key = u.id::text)
    ORDER BY u.id
    LIMIT $2
    ON CONFLICT (kind, key) DO NOTHING";

/// The same for closed accounts.
pub(crate) async fn enqueue_closed_accounts(
    db: &impl GenericClient,
    kind: &str,
    limit: i64,
) -> Result<u64, Error> {
    let statement = db.prepare_cached(ENQUEUE_CLOSED_ACCOUNTS).await?;
    Ok(db.execute(&statement, &[&kind, &limit]).await?)
}

/// What is not done by the end of the next period is left to the job of that one.
const ENQUEUE_PERIODIC: &str = "
    INSERT INTO jobs (id, kind, key, expires_at)
    SELECT $1, $2, to_char(begun AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
           begun + 2 * make_interval(secs => $3)
    FROM date_bin(make_interval(secs => $3), clock_timestamp(), TIMESTAMPTZ '2000-01-01 00:00:00Z') AS begun
    ON CONFLICT (kind, key) DO NOTHING";

/// Enqueues the job of the period that it is now, unless it is there.
pub(crate) async fn enqueue_periodic(
    db: &impl GenericClient,
    kind: &str,
    period: Duration,
) -> Result<(), Error> {
    let statement = db.prepare_cached(ENQUEUE_PERIODIC).await?;
    db.execute(&statement, &[&Uuid::now_v7(), &kind, &period.as_secs_f64()])
        .await?;
    Ok(())
}

/// The right to work on a job, and for how long unless it is renewed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    pub(crate) id: Uuid,
    pub(crate) length: Duration,
}

/// A job that we may work on.
#[derive(Clone, Debug)]
pub(crate) struct LeasedJob {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) key: String,
    /// This one included.
    pub(crate) attempts: i32,
    lease: Lease,
}

const EXPIRE: &str = "
    UPDATE jobs SET state = 'EXPIRED', lease = NULL, ended_at = clock_timestamp()
    WHERE id IN (
        SELECT id FROM jobs
        WHERE state = 'QUEUED' AND run_at <= clock_timestamp() AND expires_at <= clock_timestamp()
        LIMIT 100
        FOR UPDATE SKIP LOCKED
    )
    RETURNING kind";

/// Ends expired jobs that no worker is running, and returns their kinds.
pub(crate) async fn expire(db: &impl GenericClient) -> Result<Vec<String>, Error> {
    let statement = db.prepare_cached(EXPIRE).await?;
    let rows = db.query(&statement, &[]).await?;
    rows.iter().map(|row| Ok(row.try_get("kind")?)).collect()
}

const LEASE_DUE: &str = "
    UPDATE jobs
    SET lease = $2, run_at = clock_timestamp() + make_interval(secs => $3), attempts = attempts + 1
    WHERE id = (
        SELECT id FROM jobs
        WHERE state = 'QUEUED' AND run_at <= clock_timestamp() AND kind = ANY ($1)
        ORDER BY run_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, kind, key, attempts";

/// Takes the job of one of these kinds that has been due for longest, if there is one: a new one, one that failed, or one
/// whose lease has ended.
pub(crate) async fn lease_due(
    db: &impl GenericClient,
    kinds: &[&str],
    lease: Lease,
) -> Result<Option<LeasedJob>, Error> {
    let statement = db.prepare_cached(LEASE_DUE).await?;
    let row = db
        .query_opt(
            &statement,
            &[&kinds, &lease.id, &lease.length.as_secs_f64()],
        )
        .await?;
    row.map(|row| {
        Ok(LeasedJob {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            key: row.try_get("key")?,
            attempts: row.try_get("attempts")?,
            lease,
        })
    })
    .transpose()
}

/// A job whose row is locked until the transaction ends, and which is ours.
#[derive(Clone, Debug)]
pub(crate) struct LockedJob {
    pub(crate) key: String,
    progress: Option<Value>,
}

impl LockedJob {
    /// How far the job has come; where it begins if it was never begun.
    pub(crate) fn progress<T: DeserializeOwned + Default>(&self) -> Result<T, Error> {
        match &self.progress {
            Some(progress) => T::deserialize(progress).map_err(Error::internal),
            None => Ok(T::default()),
        }
    }
}

const LOCK_LEASED: &str = "
    SELECT key, progress FROM jobs
    WHERE id = $1 AND lease = $2 AND state = 'QUEUED'
    FOR UPDATE";

/// None if the job is not ours any more.
pub(crate) async fn lock_leased(
    tx: &Transaction<'_>,
    job: &LeasedJob,
) -> Result<Option<LockedJob>, Error> {
    let statement = tx.prepare_cached(LOCK_LEASED).await?;
    let row = tx.query_opt(&statement, &[&job.id, &job.lease.id]).await?;
    row.map(|row| {
        Ok(LockedJob {
            key: row.try_get("key")?,
            progress: row.try_get("progress")?,
        })
    })
    .transpose()
}

const SET_PROGRESS: &str = "
    UPDATE jobs
    SET progress = $2, attempts = 1, last_error = NULL, run_at = clock_timestamp() + make_interval(secs => $3)
    WHERE id = $1";

/// Stores the job's progress and renews the lease.
pub(crate) async fn set_progress(
    tx: &Transaction<'_>,
    job: &LeasedJob,
    progress: Option<&Value>,
) -> Result<(), Error> {
    let statement = tx.prepare_cached(SET_PROGRESS).await?;
    let length = job.lease.length.as_secs_f64();
    tx.execute(&statement, &[&job.id, &progress, &length])
        .await?;
    Ok(())
}

const SET_DONE: &str = "
    UPDATE jobs SET state = 'DONE', lease = NULL, last_error = NULL, ended_at = clock_timestamp()
    WHERE id = $1";

pub(crate) async fn set_done(tx: &Transaction<'_>, id: Uuid) -> Result<(), Error> {
    let statement = tx.prepare_cached(SET_DONE).await?;
    tx.execute(&statement, &[&id]).await?;
    Ok(())
}

const RETRY_LATER: &str = "
    UPDATE jobs SET lease = NULL, run_at = clock_timestamp() + make_interval(secs => $3), last_error = $4
    WHERE id = $1 AND lease = $2 AND state = 'QUEUED'";

/// The job failed, and is due again after a pause. Nothing if it is not ours any more, or done.
pub(crate) async fn retry_later(
    db: &impl GenericClient,
    job: &LeasedJob,
    pause: Duration,
    error: &str,
) -> Result<(), Error> {
    let statement = db.prepare_cached(RETRY_LATER).await?;
    let parameters: [&(dyn ToSql + Sync); 4] =
        [&job.id, &job.lease.id, &pause.as_secs_f64(), &error];
    db.execute(&statement, &parameters).await?;
    Ok(())
}

const SET_DEAD: &str = "
    UPDATE jobs SET state = 'DEAD', lease = NULL, last_error = $3, ended_at = clock_timestamp()
    WHERE id = $1 AND lease = $2 AND state = 'QUEUED'";

/// The job is given up. Nothing if it is not ours any more, or done.
pub(crate) async fn set_dead(
    db: &impl GenericClient,
    job: &LeasedJob,
    error: &str,
) -> Result<(), Error> {
    let statement = db.prepare_cached(SET_DEAD).await?;
    db.execute(&statement, &[&job.id, &job.lease.id, &error])
        .await?;
    Ok(())
}

const RELEASE: &str = "
    UPDATE jobs SET lease = NULL, run_at = clock_timestamp(), attempts = 0
    WHERE id = $1 AND lease = $2 AND state = 'QUEUED'";

/// Releases the job, so that it is due for other instances at once. Does nothing if the lease was lost.
pub(crate) async fn release(db: &impl GenericClient, job: &LeasedJob) -> Result<(), Error> {
    let statement = db.prepare_cached(RELEASE).await?;
    db.execute(&statement, &[&job.id, &job.lease.id]).await?;
    Ok(())
}

const DELETE_ENDED: &str = "
    DELETE FROM jobs
    WHERE id IN (
        SELECT id FROM jobs
        WHERE state <> 'QUEUED'
          AND ended_at < clock_timestamp() - CASE state WHEN 'DEAD' THEN interval '90 days' ELSE interval '7 days' END
          AND ended_at < clock_timestamp() - interval '7 days'
        LIMIT $1
        FOR UPDATE SKIP LOCKED
    )";

/// Deletes jobs that ended long ago, at most `limit`, and says how many.
pub(crate) async fn delete_ended(db: &impl GenericClient, limit: i64) -> Result<u64, Error> {
    let statement = db.prepare_cached(DELETE_ENDED).await?;
    Ok(db.execute(&statement, &[&limit]).await?)
}

/// What there is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) queued: i64,
    pub(crate) dead: i64,
    /// How long the oldest due job has waited.
    pub(crate) overdue_seconds: f64,
}

const COUNTS: &str = "
    SELECT (SELECT count(*) FROM jobs WHERE state = 'QUEUED') AS queued,
           (SELECT count(*) FROM jobs WHERE state <> 'QUEUED' AND state = 'DEAD') AS dead,
           (SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(run_at)))::float8
            FROM jobs WHERE state = 'QUEUED') AS overdue_seconds";

pub(crate) async fn counts(db: &impl GenericClient) -> Result<Counts, Error> {
    let statement = db.prepare_cached(COUNTS).await?;
    let row = db.query_one(&statement, &[]).await?;
    Ok(Counts {
        queued: row.try_get("queued")?,
        dead: row.try_get("dead")?,
        overdue_seconds: row
            .try_get::<_, Option<f64>>("overdue_seconds")?
            .unwrap_or_default(),
    })
}
