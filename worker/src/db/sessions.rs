//! The table `sessions`, as far as they have ended.

use chassis::Error;
use deadpool_postgres::GenericClient;
use uuid::Uuid;

const LOCK_ENDED: &str = "
    SELECT id FROM sessions
    WHERE revoked_at < clock_timestamp() - interval '30 days'
       OR revoked_at IS NULL AND expires_at < clock_timestamp() - interval '30 days'
    LIMIT $1
    FOR UPDATE SKIP LOCKED";

/// Locks at most `limit` sessions that were revoked or expired a month ago, and skips those that are locked by others.
pub(crate) async fn lock_ended(db: &impl GenericClient, limit: i64) -> Result<Vec<Uuid>, Error> {
    let statement = db.prepare_cached(LOCK_ENDED).await?;
    let rows = db.query(&statement, &[&limit]).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

const DELETE: &str = "DELETE FROM sessions WHERE id = ANY ($1)";

/// Deletes these sessions, which have no tokens any more, and says how many.
pub(crate) async fn delete(db: &impl GenericClient, ids: &[Uuid]) -> Result<u64, Error> {
    let statement = db.prepare_cached(DELETE).await?;
    Ok(db.execute(&statement, &[&ids]).await?)
}

const ERASE_USER_AGENTS: &str = "
    UPDATE sessions SET user_agent = ''
    WHERE id IN (
        SELECT id FROM sessions
        WHERE user_id = $1 AND revoked_at IS NOT NULL AND user_agent <> ''
        LIMIT $2
        FOR UPDATE
    )";

/// Erases what the devices of the user's revoked sessions called themselves, at most `limit`, and says of how many.
pub(crate) async fn erase_user_agents(
    db: &impl GenericClient,
    user: Uuid,
    limit: i64,
) -> Result<u64, Error> {
    let statement = db.prepare_cached(ERASE_USER_AGENTS).await?;
    Ok(db.execute(&statement, &[&user, &limit]).await?)
}
