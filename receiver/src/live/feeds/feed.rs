//! One watched feed.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared_schema::{Change, Cursor, Event, FeedRef, Signal};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    catch_up::{CatchUpCache, TotalText},
    live_batches::{Flush, LiveBatches},
    receipts::{Due, Receipts},
    sequencer::{OfferResult, Sequencer},
};

/// How long batches stay for readers that have not reached them yet.
const BATCH_LIFETIME: Duration = Duration::from_secs(2);

/// One feed, shared by everything in this process that watches it.
#[derive(Debug)]
pub(crate) struct Feed {
    id: FeedRef,
    window: usize,
    state: Mutex<State>,
    // Grows with every change that readers can see, so that they can wait for one.
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    /// None until the head has been read from Postgres.
    sequencer: Option<Sequencer>,
    live: LiveBatches,
    catch_up: CatchUpCache,
    /// How often the history was replaced.
    forks: u64,
    /// A backfill is running.
    is_backfilling: bool,
    /// Events were missed since the running backfill began: it has to run once more.
    backfill_again: bool,
    receipts: Receipts,
}

/// What [`Feed::inspect`] sees.
pub(crate) struct FeedView<'a> {
    /// The feed's events.
    pub(crate) sequencer: &'a Sequencer,
    /// How far readers see of them, and the batches that they share.
    pub(crate) live: &'a LiveBatches,
    /// Batches that are shared by readers that are behind.
    pub(crate) catch_up: &'a mut CatchUpCache,
    /// How often the history was replaced.
    pub(crate) forks: u64,
    /// Readers of the feed.
    pub(crate) readers: usize,
}

impl Feed {
    pub(crate) fn new(id: FeedRef, window: usize, total: &TotalText) -> Self {
        Self {
            id,
            window,
            state: Mutex::new(State {
                sequencer: None,
                live: LiveBatches::new(Cursor::start(id)),
                catch_up: CatchUpCache::new(total),
                forks: 0,
                is_backfilling: false,
                backfill_again: false,
                receipts: Receipts::default(),
            }),
            changes: watch::Sender::new(0),
        }
    }

    /// Which feed it is.
    #[must_use]
    pub(crate) fn id(&self) -> FeedRef {
        self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave the state half-changed: nothing in here can panic between two writes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Whether the head is known.
    pub(crate) fn is_open(&self) -> bool {
        self.state().sequencer.is_some()
    }

    /// The newest position, flushed or not; none before the feed is open.
    #[must_use]
    pub(crate) fn head(&self) -> Option<Cursor> {
        self.state().sequencer.as_ref().map(Sequencer::head)
    }

    /// Begins at this head, unless the feed is open already.
    pub(crate) fn open(&self, head: Cursor) {
        let mut state = self.state();
        if state.sequencer.is_none() {
            state.sequencer = Some(Sequencer::new(head, self.window));
            state.live.restart(head);
            drop(state);
            self.changed();
        }
    }

    /// The history was replaced: begin again at its head, and let every subscriber know.
    pub(crate) fn fork(&self, head: Cursor) {
        let mut state = self.state();
        state.sequencer = Some(Sequencer::new(head, self.window));
        state.live.restart(head);
        state.catch_up.clear();
        state.forks += 1;
        drop(state);
        self.changed();
    }

    /// Offers an event. A feed that is not open yet forgets it: its head will be read after this. Readers see it after the
    /// next [`Feed::flush`].
    pub(crate) fn offer(&self, event: Event) -> OfferResult {
        let mut state = self.state();
        let Some(sequencer) = state.sequencer.as_mut() else {
            return OfferResult::Duplicate;
        };
        let is_removal = matches!(event.change, Change::MessageRemoved(_));
        let result = sequencer.offer(Arc::new(event));
        if is_removal && result == OfferResult::Accepted {
            state.live.drop_events();
            state.catch_up.clear();
        }
        result
    }

    /// Makes new events visible to readers: now, or a little later if the last flush was only just before.
    pub(crate) fn flush(self: &Arc<Self>) {
        let mut state = self.state();
        let Some(head) = state.sequencer.as_ref().map(Sequencer::head) else {
            return;
        };
        match state.receipts.due(Instant::now()) {
            Due::NotNeeded => {}
            Due::Now(signals) => {
                for signal in signals {
                    state.live.signal(signal);
                }
            }
            Due::At(time) => {
                let feed = Arc::clone(self);
                tokio::spawn(async move {
                    sleep_until(time).await;
                    feed.flush();
                });
            }
        }
        let readers = self.changes.receiver_count();
        match state.live.flush_time(head, readers, Instant::now()) {
            Flush::NotNeeded => {}
            Flush::Now => {
                drop(state);
                self.flush_now();
            }
            Flush::At(time) => {
                drop(state);
                let feed = Arc::clone(self);
                tokio::spawn(async move {
                    sleep_until(time).await;
                    feed.flush_now();
                });
            }
        }
    }

    fn flush_now(&self) {
        let mut state = self.state();
        let State {
            sequencer, live, ..
        } = &mut *state;
        if let Some(sequencer) = sequencer {
            live.flush(sequencer, Instant::now());
        }
        drop(state);
        self.changed();
    }

    /// Drops batches that no reader is likely to reach any more.
    pub(crate) fn drop_old_batches(&self) {
        if let Some(time) = Instant::now().checked_sub(BATCH_LIFETIME) {
            let mut state = self.state();
            state.live.drop_before(time);
            state.catch_up.drop_before(time);
        }
    }

    /// Bytes that the window takes, about.
    pub(crate) fn window_bytes(&self) -> usize {
        self.state().sequencer.as_ref().map_or(0, Sequencer::bytes)
    }

    /// Drops the older half of the window, and returns how many bytes are left.
    pub(crate) fn halve_window(&self) -> usize {
        let mut state = self.state();
        state.sequencer.as_mut().map_or(0, |sequencer| {
            sequencer.halve();
            sequencer.bytes()
        })
    }

    /// Whether Postgres' head is one that this feed has had; `None` when only Postgres can say.
    pub(crate) fn has_had(&self, head: Cursor) -> Option<bool> {
        self.state()
            .sequencer
            .as_ref()
            .and_then(|sequencer| sequencer.has_had(head))
    }

    /// True for the one caller that has to run the backfill. Other callers only note that it has to run once more.
    pub(crate) fn begin_backfill(&self) -> bool {
        let mut state = self.state();
        let first = !state.is_backfilling;
        state.is_backfilling = true;
        state.backfill_again = !first;
        first
    }

    /// True if the backfill has to run once more.
    pub(crate) fn end_backfill(&self) -> bool {
        let mut state = self.state();
        let again = state.backfill_again;
        state.backfill_again = false;
        state.is_backfilling = again;
        again
    }

    /// Gives `read` the state of the feed, if it is open.
    pub(crate) fn inspect<T>(&self, read: impl FnOnce(FeedView<'_>) -> T) -> Option<T> {
        let mut state = self.state();
        let State {
            sequencer,
            live,
            catch_up,
            forks,
            ..
        } = &mut *state;
        sequencer.as_ref().map(|sequencer| {
            read(FeedView {
                sequencer,
                live,
                catch_up,
                forks: *forks,
                readers: self.changes.receiver_count(),
            })
        })
    }

    /// Adds a signal to the next [`Feed::flush`]; a receipt only if it is news, and to a flush within a second.
    pub(crate) fn signal(&self, signal: Signal) {
        let mut state = self.state();
        if let Some(signal) = state.receipts.offer(signal) {
            state.live.signal(signal);
        }
    }

    pub(crate) fn subscribe_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
