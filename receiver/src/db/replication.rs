//! Positions in the log of a server, in bytes.

use chassis::{Error, postgres::Pool};

use super::rows;

/// How far a primary has written its log.
pub(crate) async fn written(pool: &Pool) -> Result<i64, Error> {
    let rows = rows(
        pool,
        "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS position",
        &[],
    )
    .await?;
    let row = rows
        .first()
        .ok_or_else(|| Error::internal("Postgres returned no replication position"))?;
    Ok(row.try_get("position")?)
}

/// How far a replica has replayed it; none for a server that is no replica.
pub(crate) async fn replayed(pool: &Pool) -> Result<Option<i64>, Error> {
    let rows = rows(
        pool,
        "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS position
         WHERE pg_is_in_recovery()",
        &[],
    )
    .await?;
    Ok(rows
        .first()
        .map(|row| row.try_get("position"))
        .transpose()?
        .flatten())
}
