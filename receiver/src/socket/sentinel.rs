//! Watches over a socket's right to be open.

use std::time::Duration;

use chassis::{Caller, Error, postgres::Pool};
use jiff::{SignedDuration, Timestamp};
use shared_schema::{Change, FeedId, SessionId};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::close::Close;
use crate::{
    db,
    feeds::{Hub, Reader},
};

/// A token is honoured for so long after it expires: clocks differ.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// Between two attempts while Postgres is away.
const RETRY: Duration = Duration::from_millis(500);

/// Knows when a socket has to close: its token expires, its session ends, or the process leaves.
pub(super) struct Sentinel {
    session: SessionId,
    own: Reader,
    expires: Instant,
    leave: CancellationToken,
}

impl Sentinel {
    /// Watches over a caller's socket from here on.
    ///
    /// The caller's own feed is watched before the session is checked, so an end of the session that the check does not
    /// see yet will be read from the feed.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the session has ended already; `UNAVAILABLE` when Postgres is away.
    pub(super) async fn post(
        hub: &Hub,
        pool: &Pool,
        caller: &Caller,
        leave: CancellationToken,
    ) -> Result<Self, Error> {
        let own = hub
            .watch_one(FeedId::from(caller.user_id))
            .await?
            .ok_or_else(Error::unauthenticated)?;
        let own = Reader::new(hub, own, None);
        if !db::sessions::is_live(pool, caller.session_id, caller.user_id).await? {
            return Err(Error::unauthenticated());
        }
        // A token that has expired already was accepted within the same grace, and has only the rest of it.
        let left = caller.expires_at.duration_since(Timestamp::now()) + GRACE;
        let left = Duration::try_from(left).unwrap_or_default();
        Ok(Self {
            session: caller.session_id,
            own,
            expires: Instant::now() + left,
            leave,
        })
    }

    /// Waits until the socket has to close. Safe to cancel.
    pub(super) async fn alarm(&mut self) -> Close {
        loop {
            tokio::select! {
                () = self.leave.cancelled() => return Close::Restart,
                () = sleep_until(self.expires) => return Close::Forbidden,
                batch = self.own.next() => match batch {
                    Ok(batch) => {
                        let ended = batch.events.iter().any(|event| {
                            matches!(event.change, Change::SessionRevoked { session_id } if session_id == self.session)
                        });
                        // After a reset nobody knows what was missed: the client comes back and is checked anew.
                        if ended || batch.reset.is_some() {
                            return Close::Forbidden;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot watch over a session");
                        tokio::time::sleep(RETRY).await;
                    }
                },
            }
        }
    }
}
