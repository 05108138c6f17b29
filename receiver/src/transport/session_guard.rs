//! Closes a connection whose token or session has ended.

use std::time::Duration;

use chassis::{Caller, Error, auth::SessionWatch};
use jiff::{SignedDuration, Timestamp};
use shared_schema::{Change, FeedRef, SessionId};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{close::Close, context::ConnectionContext};
use crate::{db, live::feeds::reader::Reader};

/// How long a token is accepted after it has expired: clocks differ.
const TOKEN_LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// Time between two attempts while Postgres does not answer.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// Knows when a connection has to close: its token expires, its session ends, or the process shuts down.
pub(crate) struct SessionGuard {
    session: SessionId,
    watch: SessionWatch,
    own: Reader,
    expires: Instant,
    close: CancellationToken,
}

impl SessionGuard {
    /// Guards a caller's connection from here on.
    ///
    /// The session and the caller's own feed are watched before the session is checked, so an end of the session that
    /// the check does not see yet is noticed later. The feed is faster; the watch also notices an end that could not be
    /// written to the feed.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the session has ended already; `UNAVAILABLE` when Postgres does not answer.
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry times, and their leeway covers clocks that differ"
    )]
    pub(crate) async fn start(
        context: &ConnectionContext,
        caller: &Caller,
        close: CancellationToken,
    ) -> Result<Self, Error> {
        let watch = context.verifier.ended().watch(caller.session_id);
        let own = context
            .hub
            .watch_one(FeedRef::from(caller.user_id))
            .await?
            .ok_or_else(Error::unauthenticated)?;
        let own = Reader::new(&context.hub, own, None);
        if !db::sessions::is_live(&context.pool, caller.session_id, caller.user_id).await? {
            return Err(Error::unauthenticated());
        }
        // A token that has expired already was accepted within the same grace, and has only the rest of it.
        let left = caller.expires_at.duration_since(Timestamp::now()) + TOKEN_LEEWAY;
        let left = Duration::try_from(left).unwrap_or_default();
        Ok(Self {
            session: caller.session_id,
            watch,
            own,
            expires: Instant::now() + left,
            close,
        })
    }

    /// Waits until the connection has to close. Safe to cancel.
    pub(crate) async fn expired(&mut self) -> Close {
        loop {
            tokio::select! {
                () = self.close.cancelled() => return Close::Restart,
                () = sleep_until(self.expires) => return Close::Forbidden,
                () = self.watch.ended() => return Close::Forbidden,
                batch = self.own.next() => match batch {
                    Ok(batch) => {
                        let mut ended = false;
                        for event in &batch.events {
                            if let Change::SessionRevoked { session_id } = event.change {
                                // Requests with its tokens are refused as soon as the database confirms it.
                                self.watch.refresh();
                                ended |= session_id == self.session;
                            }
                        }
                        // After a reset it is unknown what was missed: the client reconnects and is authorized again.
                        if ended || batch.reset.is_some() {
                            return Close::Forbidden;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot watch for the end of a session");
                        tokio::time::sleep(RETRY_DELAY).await;
                    }
                },
            }
        }
    }
}
