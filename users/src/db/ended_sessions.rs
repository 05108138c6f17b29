//! The view `ended_sessions`: sessions whose tokens are refused.

use chassis::{EndedSession, Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::SessionId;

const ENDED_AFTER: &str = "
    SELECT id, revoked_at
    FROM ended_sessions
    WHERE revoked_at > $1
    ORDER BY revoked_at DESC
    LIMIT $2";

/// The sessions that ended after this, the latest first, at most `limit`.
pub(crate) async fn ended_after(
    pool: &Pool,
    time: Timestamp,
    limit: i64,
) -> Result<Vec<EndedSession>, Error> {
    let client = pool.get().await?;
    let statement = client.prepare_cached(ENDED_AFTER).await?;
    let rows = client.query(&statement, &[&time, &limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(EndedSession {
                id: SessionId(row.try_get("id")?),
                at: row.try_get("revoked_at")?,
            })
        })
        .collect()
}
