//! A session as its owner sees it.

use async_graphql::SimpleObject;
use shared_schema::{Instant, SessionId};

use crate::db::sessions;

/// Sessions of one user that may be live at a time. Whoever signs in once more loses the oldest one.
pub(crate) const MAX_SESSIONS_PER_USER: i64 = 50;

/// A signed-in device.
#[derive(Debug, SimpleObject)]
pub(crate) struct Session {
    /// The session's id.
    id: SessionId,
    /// What the device called itself when it signed in; empty if it did not.
    user_agent: String,
    /// When it signed in.
    created_at: Instant,
    /// When it last renewed its tokens.
    last_used_at: Instant,
    /// Whether this request was made with it.
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
