//! Events in the user's own feed, for all devices of the user and for the services that hold their connections: appended in
//! a transaction, and published after its commit.

use chassis::{Error, error::chain, telemetry::trace_id};
use deadpool_postgres::Transaction;
use shared_schema::{Change, ENVELOPE_VERSION, Event, FeedRef, Publication, SessionId, UserId};

use crate::{db::feeds, state::State};

/// Events of one user that are appended and not yet published. Only [`PendingEvents::commit`] publishes them, and only after
/// it has committed the transaction.
#[must_use = "events are published by `commit`"]
pub(crate) struct PendingEvents {
    user: UserId,
    events: Vec<Event>,
    /// Whether a session ended, also when no event says so.
    ends_sessions: bool,
}

impl PendingEvents {
    /// No events yet.
    pub(crate) fn of(user: UserId) -> Self {
        Self {
            user,
            events: Vec::new(),
            ends_sessions: false,
        }
    }

    /// Appends a change in this transaction.
    pub(crate) async fn append(
        &mut self,
        transaction: &Transaction<'_>,
        change: Change,
    ) -> Result<(), Error> {
        self.events
            .push(feeds::append(transaction, self.user, change).await?);
        Ok(())
    }

    /// Says of each of these sessions that it was revoked, as far as that can be said. A session ends also when the feed
    /// cannot be written: whoever ends one may be in a hurry, and all services find the end in `sessions` by themselves.
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
                self.events.extend(events);
            }
            Err(error) => {
                tracing::error!(user = %self.user, error = chain(&error),
                    "a session ends, and its user's feed does not say so");
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
        transaction.commit().await?;
        if self.ends_sessions {
            state.ended.hurry();
        }
        if self.events.is_empty() {
            return Ok(());
        }
        let publication = Publication {
            v: ENVELOPE_VERSION,
            trace: trace_id(),
            events: self.events,
            signals: Vec::new(),
        };
        match serde_json::to_vec(&publication) {
            Ok(payload) => state
                .publisher
                .publish(FeedRef::from(self.user).channel(), payload),
            Err(error) => {
                tracing::error!(%error, "an event cannot be encoded; the sweep will find it")
            }
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
        events.push(feeds::append(savepoint, user, Change::SessionRevoked { session_id }).await?);
    }
    Ok(events)
}
