//! The table `sessions`: signed-in devices.
//!
//! A session is live until it is revoked, until 30 days after its last refresh, or until 90 days after its start. Workers
//! delete what is left of it a month later.

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use shared_schema::{Instant, SessionId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::sessions::refresh_token::TokenHash;

/// A session, without whether it is live.
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user_id: UserId,
    pub(crate) user_agent: String,
    pub(crate) created_at: Instant,
    pub(crate) last_used_at: Instant,
    pub(crate) expires_at: Instant,
    /// How many times its tokens were exchanged for new ones.
    pub(crate) refreshes: i32,
}

const INSERT: &str = "
    INSERT INTO sessions (id, user_id, user_agent, expires_at)
    VALUES ($1, $2, $3, clock_timestamp() + interval '30 days')
    RETURNING id, user_id, user_agent, created_at, last_used_at, expires_at, refreshes";

pub(crate) async fn insert(
    db: &impl GenericClient,
    user: UserId,
    user_agent: &str,
) -> Result<Session, Error> {
    let statement = db.prepare_cached(INSERT).await?;
    let row = db
        .query_one(&statement, &[&SessionId::new().0, &user.0, &user_agent])
        .await?;
    session(&row)
}

const REFRESHES_SEEN: &str = "
    SELECT refreshes_seen FROM sessions
    WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > clock_timestamp()";

/// The newest refresh of this active session whose access token was seen; none if there is no such session.
pub(crate) async fn refreshes_seen(
    db: &impl GenericClient,
    id: SessionId,
    user: UserId,
) -> Result<Option<i32>, Error> {
    let statement = db.prepare_cached(REFRESHES_SEEN).await?;
    let row = db.query_opt(&statement, &[&id.0, &user.0]).await?;
    row.map(|row| Ok(row.try_get("refreshes_seen")?))
        .transpose()
}

const SEE_REFRESH: &str = "
    UPDATE sessions SET refreshes_seen = $2
    WHERE id = $1 AND refreshes_seen < $2 AND refreshes >= $2";

/// An access token of this refresh of the session is in use: its answer was not lost.
pub(crate) async fn see_refresh(
    db: &impl GenericClient,
    id: SessionId,
    refresh: i32,
) -> Result<(), Error> {
    let statement = db.prepare_cached(SEE_REFRESH).await?;
    db.execute(&statement, &[&id.0, &refresh]).await?;
    Ok(())
}

const LIVE_OF_USER: &str = "
    SELECT id, user_id, user_agent, created_at, last_used_at, expires_at, refreshes
    FROM sessions
    WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp()
    ORDER BY id DESC";

/// The user's live sessions, newest first.
pub(crate) async fn live_of_user(
    db: &impl GenericClient,
    user: UserId,
) -> Result<Vec<Session>, Error> {
    let statement = db.prepare_cached(LIVE_OF_USER).await?;
    let rows = db.query(&statement, &[&user.0]).await?;
    rows.iter().map(session).collect()
}

const LOCK_LIVE_OF_TOKEN: &str = "
    SELECT s.id, s.user_id, s.user_agent, s.created_at, s.last_used_at, s.expires_at, s.refreshes
    FROM refresh_tokens t
    JOIN sessions s ON s.id = t.session_id
    WHERE t.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
    FOR UPDATE OF s";

/// The active session that this token belongs to, locked until the transaction ends.
pub(crate) async fn lock_live_of_token(
    db: &impl GenericClient,
    token: TokenHash,
) -> Result<Option<Session>, Error> {
    let statement = db.prepare_cached(LOCK_LIVE_OF_TOKEN).await?;
    let row = db.query_opt(&statement, &[&token.as_bytes()]).await?;
    row.as_ref().map(session).transpose()
}

const PROLONG: &str = "
    UPDATE sessions
    SET last_used_at = clock_timestamp(),
        expires_at = least(clock_timestamp() + interval '30 days', created_at + interval '90 days'),
        refreshes = refreshes + $2
    WHERE id = $1
    RETURNING id, user_id, user_agent, created_at, last_used_at, expires_at, refreshes";

/// The session's token was exchanged now.
pub(crate) async fn prolong(db: &impl GenericClient, id: SessionId) -> Result<Session, Error> {
    let statement = db.prepare_cached(PROLONG).await?;
    session(&db.query_one(&statement, &[&id.0, &1_i32]).await?)
}

/// Records that the answer to the last exchange was requested again.
pub(crate) async fn prolong_again(
    db: &impl GenericClient,
    id: SessionId,
) -> Result<Session, Error> {
    let statement = db.prepare_cached(PROLONG).await?;
    session(&db.query_one(&statement, &[&id.0, &0_i32]).await?)
}

const REVOKE: &str = "
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > clock_timestamp()";

/// Whether there was such a live session of this user.
pub(crate) async fn revoke(
    db: &impl GenericClient,
    id: SessionId,
    user: UserId,
) -> Result<bool, Error> {
    let statement = db.prepare_cached(REVOKE).await?;
    Ok(db.execute(&statement, &[&id.0, &user.0]).await? == 1)
}

const REVOKE_ALL: &str = "
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2
    RETURNING id";

/// Revokes all of the user's sessions but `except`, and names them. The user's row must be locked.
pub(crate) async fn revoke_all(
    db: &impl GenericClient,
    user: UserId,
    except: Option<SessionId>,
) -> Result<Vec<SessionId>, Error> {
    let statement = db.prepare_cached(REVOKE_ALL).await?;
    let rows = db
        .query(&statement, &[&user.0, &except.map(|id| id.0)])
        .await?;
    rows.iter().map(id).collect()
}

const REVOKE_OLDEST: &str = "
    UPDATE sessions SET revoked_at = clock_timestamp()
    WHERE id IN (
        SELECT id FROM sessions
        WHERE user_id = $1 AND revoked_at IS NULL
        ORDER BY id DESC
        OFFSET $2
    )
    RETURNING id";

/// Revokes the user's oldest sessions until `most` are left, and names them. The user's row must be locked.
pub(crate) async fn revoke_oldest(
    db: &impl GenericClient,
    user: UserId,
    most: i64,
) -> Result<Vec<SessionId>, Error> {
    let statement = db.prepare_cached(REVOKE_OLDEST).await?;
    let rows = db.query(&statement, &[&user.0, &most]).await?;
    rows.iter().map(id).collect()
}

fn id(row: &Row) -> Result<SessionId, Error> {
    Ok(SessionId(row.try_get::<_, Uuid>("id")?))
}

fn session(row: &Row) -> Result<Session, Error> {
    Ok(Session {
        id: id(row)?,
        user_id: UserId(row.try_get::<_, Uuid>("user_id")?),
        user_agent: row.try_get("user_agent")?,
        created_at: Instant(row.try_get::<_, Timestamp>("created_at")?),
        last_used_at: Instant(row.try_get::<_, Timestamp>("last_used_at")?),
        expires_at: Instant(row.try_get::<_, Timestamp>("expires_at")?),
        refreshes: row.try_get("refreshes")?,
    })
}
