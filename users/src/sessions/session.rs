//! A session as its owner sees it.

use async_graphql::SimpleObject;
use shared_schema::{Instant, SessionId};

use crate::db::sessions;

/// Maximum active sessions of one user. A further sign-in ends the oldest one.
pub(crate) const MAX_SESSIONS_PER_USER: i64 = 50;

/// A session: a device on which the user is signed in.
#[derive(Debug, SimpleObject)]
pub(crate) struct Session {
    /// The id of the session.
    id: SessionId,
    /// The user agent that the device reported when it signed in; empty if it reported none.
    user_agent: String,
    /// When the device signed in.
    created_at: Instant,
    /// When the session last refreshed its tokens.
    last_used_at: Instant,
    /// Whether this request belongs to the session.
    current: bool,
}

impl Session {
    /// The session as the holder of session `current` sees it.
    pub(crate) fn seen_by(current: SessionId, session: sessions::Session) -> Self {
        Self {
            current: session.id == current,
            id: session.id,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
        }
    }
}
