//! The user's own feed: what all of a person's devices, and the services that hold their sockets, must learn.

use chassis::{Error, publisher::Publisher, telemetry::trace_id};
use deadpool_postgres::Transaction;
use shared_schema::{
    Change, ENVELOPE_VERSION, Event, FeedId, Publication, SessionId, UserId, channel,
};

use crate::db::feeds;

/// Events of one user that are written and not yet announced. Only [`Pending::commit`] announces them, and only after
/// the transaction that wrote them.
#[must_use = "events are announced by `commit`"]
pub(crate) struct Pending {
    user: UserId,
    events: Vec<Event>,
}

impl Pending {
    /// No events yet.
    pub(crate) fn of(user: UserId) -> Self {
        Self {
            user,
            events: Vec::new(),
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

    /// Says of each of these sessions that it was revoked.
    pub(crate) async fn append_revoked(
        &mut self,
        transaction: &Transaction<'_>,
        sessions: impl IntoIterator<Item = SessionId>,
    ) -> Result<(), Error> {
        for session_id in sessions {
            self.append(transaction, Change::SessionRevoked { session_id })
                .await?;
        }
        Ok(())
    }

    /// Commits, then announces. The announcement is a hint: losing it delays the news and loses nothing.
    pub(crate) async fn commit(
        self,
        transaction: Transaction<'_>,
        publisher: &Publisher,
    ) -> Result<(), Error> {
        transaction.commit().await?;
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
            Ok(payload) => publisher.publish(channel(FeedId::from(self.user)), payload),
            Err(error) => {
                tracing::error!(%error, "an event cannot be encoded; the sweep will find it")
            }
        }
        Ok(())
    }
}
