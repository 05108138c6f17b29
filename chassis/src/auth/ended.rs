//! Sessions that ended while tokens of theirs could still be good.
//!
//! Tokens are verified locally, so the ends of sessions have to be learned. Each instance polls the database for
//! recently ended sessions, keeps them in memory for as long as a token can live, and checks that set at every request.
//! This takes one statement per instance and poll, however many requests there are.
//!
//! Invariants: a session stays in the set until all of its tokens have expired, by the clock that tokens are verified
//! with; while the database does not answer, the last set is kept; the set is bounded, and for ends that it had to
//! drop, every token that is old enough is refused.

pub(crate) mod set;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use shared_schema::SessionId;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use self::set::{EndedSession, Set};
use super::caller::Caller;
use crate::{
    config::groups::TokenArgs,
    error::{Error, StartError, chain},
};

/// How far clocks may differ: a token is accepted for so long after it has expired.
pub(super) const LEEWAY: Duration = Duration::from_secs(60);
/// Time between two polls.
const POLL_INTERVAL: Duration = Duration::from_millis(400);
/// Shortest time between two polls, however often a refresh is requested.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(50);
/// A poll that takes longer has failed.
const POLL_TIMEOUT: Duration = Duration::from_secs(2);
/// How often everything is read again, for whatever the overlap did not cover.
const RELOAD_INTERVAL: Duration = Duration::from_secs(30);
/// Ends are remembered for so much longer than a token can live.
const MARGIN: Duration = Duration::from_secs(60);
/// Most sessions in the set: some 8 MB.
const MAX_SESSIONS: usize = 100_000;

type Read = Box<
    dyn Fn(Timestamp, i64) -> BoxFuture<'static, Result<Vec<EndedSession>, Error>> + Send + Sync,
>;

/// The sessions that ended lately. Clones share the set; the polls end with the last clone.
#[derive(Clone)]
pub struct EndedSessions(Arc<Inner>);

struct Inner {
    set: RwLock<Set>,
    /// The subscribers to ends of sessions.
    watched: Mutex<HashMap<SessionId, Watched>>,
    refresh: Notify,
    metrics: EndedMetrics,
}

#[derive(Default)]
struct EndedMetrics {
    sessions: Gauge,
    failed_polls: Counter,
}

struct Watched {
    watchers: usize,
    ended: CancellationToken,
}

impl EndedSessions {
    /// Reads the set for the first time, and polls from then on.
    ///
    /// `read` answers with the sessions that ended after a time, the latest first and at most so many of them. It has to
    /// ask a database that does not lag.
    ///
    /// # Errors
    /// When the first read fails: without it an instance would believe the tokens of sessions that have ended.
    pub async fn start<F>(
        args: &TokenArgs,
        read: impl Fn(Timestamp, i64) -> F + Send + Sync + 'static,
    ) -> Result<Self, StartError>
    where
        F: Future<Output = Result<Vec<EndedSession>, Error>> + Send + 'static,
    {
        let read: Read = Box::new(move |after, limit| Box::pin(read(after, limit)));
        let ended = Self::holding(args.access_token_max, MAX_SESSIONS);
        ended.reload(&read).await.map_err(|error| {
            StartError::new(format!(
                "database: cannot read which sessions have ended: {}",
                chain(&error)
            ))
        })?;
        let inner = Arc::downgrade(&ended.0);
        tokio::spawn(async move {
            let mut reload_at = Instant::now() + RELOAD_INTERVAL;
            while let Some(inner) = inner.upgrade() {
                let ended = Self(inner);
                let polled = if Instant::now() < reload_at {
                    ended.poll(&read).await
                } else {
                    ended
                        .reload(&read)
                        .await
                        .map(|()| reload_at = Instant::now() + RELOAD_INTERVAL)
                };
                if let Err(error) = polled {
                    ended.0.metrics.failed_polls.inc();
                    tracing::warn!(%error, "cannot read the ended sessions; keeping the last known set");
                }
                ended.pause().await;
            }
        });
        Ok(ended)
    }

    /// An empty set that is never filled, for services without sessions.
    #[must_use]
    pub fn none() -> Self {
        Self::holding(Duration::ZERO, MAX_SESSIONS)
    }

    fn holding(token_lifetime: Duration, most: usize) -> Self {
        Self(Arc::new(Inner {
            set: RwLock::new(Set::new(token_lifetime + LEEWAY + MARGIN, most)),
            watched: Mutex::default(),
            refresh: Notify::new(),
            metrics: EndedMetrics::default(),
        }))
    }

    /// Shows the size of the set and the polls that failed under the service's `/metrics`.
    pub fn register(&self, registry: &mut Registry) {
        let metrics = &self.0.metrics;
        registry.register(
            "ended_sessions",
            "Ended sessions whose unexpired tokens are refused",
            metrics.sessions.clone(),
        );
        registry.register(
            "ended_sessions_failed_polls",
            "Failed attempts to read the ended sessions from Postgres",
            metrics.failed_polls.clone(),
        );
    }

    /// Polls at once, because an end of a session was announced.
    pub fn refresh(&self) {
        self.0.refresh.notify_one();
    }

    /// Watches a session. Check that the session is active only after this call, otherwise an end in between is missed.
    #[must_use]
    pub fn watch(&self, session: SessionId) -> SessionWatch {
        let ended = {
            let mut watched = self.watched();
            let entry = watched.entry(session).or_insert_with(|| Watched {
                watchers: 0,
                ended: CancellationToken::new(),
            });
            entry.watchers += 1;
            entry.ended.clone()
        };
        if self.set().contains(session) {
            ended.cancel();
        }
        SessionWatch {
            sessions: self.clone(),
            session,
            ended,
        }
    }

    /// # Errors
    /// `UNAUTHENTICATED` when the caller's session has ended.
    pub(super) fn check(&self, caller: &Caller) -> Result<(), Error> {
        if self.set().refuses(caller.session_id, caller.issued_at) {
            return Err(Error::unauthenticated());
        }
        Ok(())
    }

    /// Reads newly ended sessions.
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry times, and their leeway covers clocks that differ"
    )]
    async fn poll(&self, read: &Read) -> Result<(), Error> {
        let (after, limit) = {
            let set = self.set();
            (set.poll_after(Timestamp::now()), set.limit())
        };
        let rows = bounded(read(after, limit)).await?;
        self.add(rows);
        Ok(())
    }

    /// Reads everything that matters, and forgets what does not any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry times, and their leeway covers clocks that differ"
    )]
    async fn reload(&self, read: &Read) -> Result<(), Error> {
        let (after, limit) = {
            let set = self.set();
            (set.oldest_that_matters(Timestamp::now()), set.limit())
        };
        let rows = bounded(read(after, limit)).await?;
        self.set_mut().forget(after);
        self.add(rows);
        Ok(())
    }

    fn add(&self, rows: Vec<EndedSession>) {
        let added = {
            let mut set = self.set_mut();
            let added = set.add(&rows);
            let size = i64::try_from(set.len()).unwrap_or(i64::MAX);
            self.0.metrics.sessions.set(size);
            added
        };
        if added.is_empty() {
            return;
        }
        let watched = self.watched();
        for session in added {
            if let Some(entry) = watched.get(&session) {
                entry.ended.cancel();
            }
        }
    }

    /// Waits until the next poll is due or somebody requests one.
    async fn pause(&self) {
        let due = Instant::now() + POLL_INTERVAL;
        sleep(MIN_POLL_INTERVAL).await;
        tokio::select! {
            () = sleep_until(due) => {}
            () = self.0.refresh.notified() => {}
        }
    }

    fn set(&self) -> RwLockReadGuard<'_, Set> {
        self.0.set.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_mut(&self) -> RwLockWriteGuard<'_, Set> {
        self.0.set.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<SessionId, Watched>> {
        self.0
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn bounded(
    read: BoxFuture<'static, Result<Vec<EndedSession>, Error>>,
) -> Result<Vec<EndedSession>, Error> {
    timeout(POLL_TIMEOUT, read)
        .await
        .unwrap_or_else(|_| Err(Error::unavailable("the database takes too long")))
}

/// A subscriber to the end of a session.
pub struct SessionWatch {
    sessions: EndedSessions,
    session: SessionId,
    ended: CancellationToken,
}

impl SessionWatch {
    /// Waits until the session has ended. Safe to cancel.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Polls at once, because a hint reports the end of this session. Only the database decides whether it has ended.
    pub fn refresh(&self) {
        self.sessions.refresh();
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        let mut watched = self.sessions.watched();
        if let Some(entry) = watched.get_mut(&self.session) {
            entry.watchers -= 1;
            if entry.watchers == 0 {
                watched.remove(&self.session);
            }
        }
    }
}
