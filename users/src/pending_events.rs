//! Events in the user's own feed, for all devices of the user and for the services that hold their connections: appended in
//! a transaction, and published after its commit.

use chassis::{Error, error::chain};
use deadpool_postgres::Transaction;
use feed_log::append;
use shared_schema::{Change, Event, SessionId, UserId};

use crate::state::State;

/// Events of one user that are appended and not yet published. Only [`PendingEvents::commit`] publishes them, and only after
/// it has committed the transaction.
#[must_use = "events are published by `commit`"]
pub(crate) struct PendingEvents {
    user: UserId,
    events: feed_log::PendingEvents,
    /// Whether a session ended, also when no event says so.
    ends_sessions: bool,
}

impl PendingEvents {
    /// No events yet.
    pub(crate) fn of(user: UserId) -> Self {
        Self {
            user,
            events: feed_log::PendingEvents::default(),
            ends_sessions: false,
        }
    }

    /// Appends a change in this transaction.
    pub(crate) async fn append(
        &mut self,
        transaction: &Transaction<'_>,
        change: Change,
    ) -> Result<(), Error> {
        let event = append(transaction, self.user, self.user, change).await?;
        self.events.add(event, None);
        Ok(())
    }

    /// Appends `SESSION_REVOKED` for each of these sessions, if possible. If the feed cannot be written, the session
    /// ends nevertheless: ending one may be urgent, and all services notice the end by polling `sessions`.
    pub(crate) async fn append_revoked(
        &mut self,
        transaction: &mut Transaction<'_>,
        sessions: impl IntoIterator<Item = SessionId>,
    ) -> Result<(), Error> {
        let mut sessions = sessions.into_iter().peekable();
        if sessions.peek().is_none() {
            return Ok(());
        }
        self.ends_sessions = true;
        let savepoint = transaction.transaction().await?;
        match revocations(&savepoint, self.user, sessions).await {
            Ok(events) => {
                savepoint.commit().await?;
                for event in events {
                    self.events.add(event, None);
                }
            }
            Err(error) => {
                tracing::error!(user = %self.user, error = chain(&error),
                    "ending a session without an event in its user's feed");
                savepoint.rollback().await?;
            }
        }
        Ok(())
    }

    /// Commits, then publishes. The publication is a hint: if it is lost, the event arrives later.
    pub(crate) async fn commit(
        self,
        transaction: Transaction<'_>,
        state: &State,
    ) -> Result<(), Error> {
        feed_log::commit(transaction, self.events, &state.publisher).await?;
        if self.ends_sessions {
            state.ended.refresh();
        }
        Ok(())
    }
}

async fn revocations(
    savepoint: &Transaction<'_>,
    user: UserId,
    sessions: impl Iterator<Item = SessionId>,
) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    for session_id in sessions {
        let change = Change::SessionRevoked { session_id };
        events.push(append(savepoint, user, user, change).await?);
    }
    Ok(events)
}
