//! `live_sessions`: whether a token's session has been ended since the token was minted.

use chassis::{Error, postgres::Pool};
use shared_schema::{SessionId, UserId};

use super::rows;

/// Whether the session exists, is this user's, and has not been revoked.
pub(crate) async fn is_live(pool: &Pool, session: SessionId, user: UserId) -> Result<bool, Error> {
    let rows = rows(
        pool,
        "SELECT FROM live_sessions WHERE id = $1 AND user_id = $2",
        &[&session.0, &user.0],
    )
    .await?;
    Ok(!rows.is_empty())
}
