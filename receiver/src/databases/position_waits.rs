//! Waits until a database has the position of a feed that the caller has seen.
//!
//! A request waits only once, even if several of its fields have a cursor: the first field sets the deadline for all.
//! The number of waiting requests is limited per user and for the process; a request beyond the limit checks once and
//! does not wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::{Error, postgres::Pool};
use shared_schema::{Cursor, FeedRef, Seq, UserId};
use tokio::time::{Instant, sleep_until};

use crate::{db, live::feeds::hub::Hub};

/// How long a query waits for a replica before it asks the primary.
pub(crate) const REPLICA_WAIT_TIMEOUT: Duration = Duration::from_millis(250);

/// How long a query waits for the primary to have what its caller has seen.
pub(crate) const PRIMARY_WAIT_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Time between the first two reads; each further interval is twice as long.
const FIRST_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Requests of one user that may wait at once.
const MAX_WAITS_PER_USER: usize = 8;

/// Requests that may wait at once in this process.
const MAX_WAITS: usize = 256;

/// The requests that wait now. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct PositionWaits(Arc<Mutex<HashMap<UserId, usize>>>);

/// A request that waits.
struct WaitPermit {
    waits: PositionWaits,
    user: UserId,
}

impl PositionWaits {
    fn acquire(&self, user: UserId) -> Option<WaitPermit> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.values().sum::<usize>() >= MAX_WAITS {
            return None;
        }
        let own = waiting.entry(user).or_default();
        if *own >= MAX_WAITS_PER_USER {
            return None;
        }
        *own += 1;
        Some(WaitPermit {
            waits: self.clone(),
            user,
        })
    }
}

impl Drop for WaitPermit {
    fn drop(&mut self) {
        let mut waiting = self.waits.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = waiting.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                waiting.remove(&self.user);
            }
        }
    }
}

/// What one request has waited for. Its fields take turns.
#[derive(Default)]
pub(crate) struct RequestWaits(tokio::sync::Mutex<WaitState>);

#[derive(Default)]
struct WaitState {
    /// When this request is done waiting, with how long it was ready to wait for.
    until: Option<(Instant, Duration)>,
    /// How far each feed had come.
    reached: HashMap<FeedRef, Seq>,
    /// Positions that were waited for in vain.
    missed: HashMap<FeedRef, Seq>,
}

impl RequestWaits {
    /// Whether `pool` reaches this position within `timeout`, for a user who may know the feed. `hub` reports when the
    /// feed moves, if it follows the same database and watches the feed.
    pub(crate) async fn wait(
        &self,
        waits: &PositionWaits,
        pool: &Pool,
        hub: Option<&Hub>,
        user: UserId,
        cursor: Cursor,
        timeout: Duration,
    ) -> Result<bool, Error> {
        let mut state = self.0.lock().await;
        if state.reached.get(&cursor.feed) >= Some(&cursor.seq) {
            return Ok(true);
        }
        let until = match state.until {
            // Another database is another wait.
            Some((until, within)) if within == timeout => until,
            _ => {
                state.missed.clear();
                Instant::now() + timeout
            }
        };
        state.until = Some((until, timeout));
        if state
            .missed
            .get(&cursor.feed)
            .is_some_and(|&seq| seq <= cursor.seq)
        {
            return Ok(false);
        }
        let seen = until_seen(waits, pool, hub, user, cursor, until).await?;
        match seen.filter(|&seq| seq >= cursor.seq) {
            Some(seq) => drop(state.reached.insert(cursor.feed, seq)),
            None => drop(state.missed.insert(cursor.feed, cursor.seq)),
        }
        Ok(seen >= Some(cursor.seq))
    }
}

/// The position of the feed, once it is far enough or the time is up.
async fn until_seen(
    waits: &PositionWaits,
    pool: &Pool,
    hub: Option<&Hub>,
    user: UserId,
    cursor: Cursor,
    until: Instant,
) -> Result<Option<Seq>, Error> {
    let mut waiting = None;
    let mut interval = FIRST_POLL_INTERVAL;
    loop {
        let seen = db::feeds::seen_by(pool, user, cursor.feed).await?;
        let now = Instant::now();
        if seen >= Some(cursor.seq) || now >= until {
            return Ok(seen);
        }
        if waiting.is_none() {
            waiting = waits.acquire(user);
        }
        if waiting.is_none() {
            return Ok(seen);
        }
        let watched = hub.and_then(|hub| hub.reaches(cursor));
        match watched {
            // Then the database is asked again, which knows whether the caller may know.
            Some(reached) => tokio::select! {
                () = reached => {}
                () = sleep_until(until) => {}
            },
            None => sleep_until(until.min(now + interval)).await,
        }
        interval *= 2;
    }
}
