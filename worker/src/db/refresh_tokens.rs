//! The table `refresh_tokens`, of which this service sees hashes and times.

use chassis::Error;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use uuid::Uuid;

const LOCK_SPENT: &str = "
    SELECT hash FROM refresh_tokens
    WHERE consumed_at < clock_timestamp() - interval '7 days'
    ORDER BY consumed_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED";

/// Locks at most `limit` tokens that were used more than a week ago, and skips those that are locked by others.
pub(crate) async fn lock_spent(db: &impl GenericClient, limit: i64) -> Result<Vec<Vec<u8>>, Error> {
    let statement = db.prepare_cached(LOCK_SPENT).await?;
    let rows = db.query(&statement, &[&limit]).await?;
    rows.iter().map(hash).collect()
}

const LOCK_OF_SESSIONS: &str = "
    SELECT hash FROM refresh_tokens
    WHERE session_id = ANY ($1)
    LIMIT $2
    FOR UPDATE";

/// Locks tokens of these sessions, at most `limit`.
pub(crate) async fn lock_of_sessions(
    db: &impl GenericClient,
    sessions: &[Uuid],
    limit: i64,
) -> Result<Vec<Vec<u8>>, Error> {
    let statement = db.prepare_cached(LOCK_OF_SESSIONS).await?;
    let rows = db.query(&statement, &[&sessions, &limit]).await?;
    rows.iter().map(hash).collect()
}

const LOCK_OF_USER: &str = "
    SELECT t.hash
    FROM sessions s
    JOIN refresh_tokens t ON t.session_id = s.id
    WHERE s.user_id = $1 AND s.revoked_at IS NOT NULL
    LIMIT $2
    FOR UPDATE OF t";

/// Locks tokens of the user's sessions that were revoked, at most `limit`.
pub(crate) async fn lock_of_user(
    db: &impl GenericClient,
    user: Uuid,
    limit: i64,
) -> Result<Vec<Vec<u8>>, Error> {
    let statement = db.prepare_cached(LOCK_OF_USER).await?;
    let rows = db.query(&statement, &[&user, &limit]).await?;
    rows.iter().map(hash).collect()
}

const UNLINK: &str = "
    UPDATE refresh_tokens SET successor = NULL
    WHERE successor = ANY ($1) AND hash <> ALL ($1)";
const DELETE: &str = "DELETE FROM refresh_tokens WHERE hash = ANY ($1)";

/// Deletes these tokens. A remaining token that was exchanged for one of them loses the reference to it.
pub(crate) async fn delete(db: &impl GenericClient, hashes: &[Vec<u8>]) -> Result<(), Error> {
    if hashes.is_empty() {
        return Ok(());
    }
    let unlink = db.prepare_cached(UNLINK).await?;
    db.execute(&unlink, &[&hashes]).await?;
    let delete = db.prepare_cached(DELETE).await?;
    db.execute(&delete, &[&hashes]).await?;
    Ok(())
}

fn hash(row: &Row) -> Result<Vec<u8>, Error> {
    Ok(row.try_get("hash")?)
}
