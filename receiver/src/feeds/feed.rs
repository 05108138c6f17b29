//! One watched feed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared_schema::{Cursor, Event, FeedId, Number, Signal, UserId};
use tokio::sync::{broadcast, watch};

use super::{Sequencer, Verdict};

/// Signals that may wait for a subscriber. They are best effort: who is slower misses some.
const SIGNALS: usize = 16;

/// Read marks remembered per feed, so that the same one is not passed on twice.
const MARKS: usize = 10_000;

/// One feed, shared by everyone here who watches it.
#[derive(Debug)]
pub struct Feed {
    id: FeedId,
    window: usize,
    state: Mutex<State>,
    // Grows with every change of `state`, so that subscribers can wait for one.
    changes: watch::Sender<u64>,
    signals: broadcast::Sender<Signal>,
}

#[derive(Debug, Default)]
struct State {
    /// None until the head has been read from Postgres.
    sequencer: Option<Sequencer>,
    /// Grows when the history turned out to be another one.
    forks: u64,
    /// A fill is running.
    filling: bool,
    /// Something was missed since the running fill began.
    fill_again: bool,
    /// How far each user was last said to have read.
    marks: HashMap<UserId, Number>,
}

/// What [`Feed::look`] sees.
pub(super) struct View<'a> {
    /// The feed's events.
    pub(super) sequencer: &'a Sequencer,
    /// How often the history was replaced.
    pub(super) forks: u64,
}

impl Feed {
    pub(super) fn new(id: FeedId, window: usize) -> Self {
        Self {
            id,
            window,
            state: Mutex::default(),
            changes: watch::Sender::new(0),
            signals: broadcast::Sender::new(SIGNALS),
        }
    }

    /// The feed's id.
    #[must_use]
    pub fn id(&self) -> FeedId {
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
    pub(super) fn is_open(&self) -> bool {
        self.state().sequencer.is_some()
    }

    /// The newest position; none before the feed is open.
    #[must_use]
    pub fn head(&self) -> Option<Cursor> {
        self.state().sequencer.as_ref().map(Sequencer::head)
    }

    /// Begins at this head, unless the feed is open already.
    pub(super) fn open(&self, head: Cursor) {
        let mut state = self.state();
        if state.sequencer.is_none() {
            state.sequencer = Some(Sequencer::new(head, self.window));
            drop(state);
            self.changed();
        }
    }

    /// The history is another one than was told so far: begin again at its head, and let every subscriber know.
    pub(super) fn fork(&self, head: Cursor) {
        let mut state = self.state();
        state.sequencer = Some(Sequencer::new(head, self.window));
        state.forks += 1;
        drop(state);
        self.changed();
    }

    /// Offers an event. A feed that is not open yet forgets it: its head will be read after this.
    pub(super) fn offer(&self, event: Event) -> Verdict {
        let mut state = self.state();
        let Some(sequencer) = state.sequencer.as_mut() else {
            return Verdict::Duplicate;
        };
        let verdict = sequencer.offer(Arc::new(event));
        drop(state);
        if verdict == Verdict::Delivered {
            self.changed();
        }
        verdict
    }

    /// Whether Postgres' head is one that this feed has had; `None` when only Postgres can say.
    pub(super) fn agrees(&self, head: Cursor) -> Option<bool> {
        self.state()
            .sequencer
            .as_ref()
            .and_then(|sequencer| sequencer.agrees(head))
    }

    /// True for the one caller that is to fill the feed now. Others only leave word that there is more to fill.
    pub(super) fn begin_fill(&self) -> bool {
        let mut state = self.state();
        let first = !state.filling;
        state.filling = true;
        state.fill_again = !first;
        first
    }

    /// True when word was left since the fill began: fill once more.
    pub(super) fn end_fill(&self) -> bool {
        let mut state = self.state();
        let again = state.fill_again;
        state.fill_again = false;
        state.filling = again;
        again
    }

    /// Lets `see` look at the feed, if it is open.
    pub(super) fn look<T>(&self, see: impl FnOnce(View<'_>) -> T) -> Option<T> {
        let state = self.state();
        let forks = state.forks;
        state
            .sequencer
            .as_ref()
            .map(|sequencer| see(View { sequencer, forks }))
    }

    /// Passes a signal on to whoever listens now; a read mark only if it is news.
    pub(super) fn signal(&self, signal: Signal) {
        if let Signal::ReadMark {
            user_id,
            last_read_number,
            ..
        } = signal
        {
            let mut state = self.state();
            if state.marks.len() >= MARKS {
                state.marks.clear();
            }
            let known = state.marks.entry(user_id).or_default();
            if *known >= last_read_number {
                return;
            }
            *known = last_read_number;
        }
        // An error only says that nobody listens.
        drop(self.signals.send(signal));
    }

    pub(super) fn subscribe_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn subscribe_signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }
}
