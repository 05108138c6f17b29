//! One watched feed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chassis::mutants::planted;
use shared_schema::{Change, Cursor, Event, FeedId, Number, Signal, UserId};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    catch_up::{Places, TotalText},
    live_batches::{Cuts, When},
    sequencer::{Sequencer, Verdict},
};

/// Read marks remembered per feed, so that the same one is not passed on twice.
const MARKS: usize = 10_000;

/// Batches are kept so long for readers that have not come to them yet.
const LIFETIME: Duration = Duration::from_secs(2);

/// One feed, shared by everyone here who watches it.
#[derive(Debug)]
pub(crate) struct Feed {
    id: FeedId,
    window: usize,
    state: Mutex<State>,
    // Grows with every change that readers can see, so that they can wait for one.
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    /// None until the head has been read from Postgres.
    sequencer: Option<Sequencer>,
    cuts: Cuts,
    late: Places,
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
pub(crate) struct View<'a> {
    /// The feed's events.
    pub(crate) sequencer: &'a Sequencer,
    /// How far readers see of them, and the batches that they share.
    pub(crate) cuts: &'a Cuts,
    /// What those share who are behind.
    pub(crate) late: &'a mut Places,
    /// How often the history was replaced.
    pub(crate) forks: u64,
    /// Readers of the feed.
    pub(crate) readers: usize,
}

impl Feed {
    pub(crate) fn new(id: FeedId, window: usize, total: &TotalText) -> Self {
        Self {
            id,
            window,
            state: Mutex::new(State {
                sequencer: None,
                cuts: Cuts::new(Cursor::start(id)),
                late: Places::new(total),
                forks: 0,
                filling: false,
                fill_again: false,
                marks: HashMap::new(),
            }),
            changes: watch::Sender::new(0),
        }
    }

    /// The feed's id.
    #[must_use]
    pub(crate) fn id(&self) -> FeedId {
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

    /// The newest position, cut or not; none before the feed is open.
    #[must_use]
    pub(crate) fn head(&self) -> Option<Cursor> {
        self.state().sequencer.as_ref().map(Sequencer::head)
    }

    /// Begins at this head, unless the feed is open already.
    pub(crate) fn open(&self, head: Cursor) {
        let mut state = self.state();
        if state.sequencer.is_none() {
            state.sequencer = Some(Sequencer::new(head, self.window));
            state.cuts.restart(head);
            drop(state);
            self.changed();
        }
    }

    /// The history is another one than was told so far: begin again at its head, and let every subscriber know.
    pub(crate) fn fork(&self, head: Cursor) {
        let mut state = self.state();
        state.sequencer = Some(Sequencer::new(head, self.window));
        state.cuts.restart(head);
        state.late.forget();
        state.forks += 1;
        drop(state);
        self.changed();
    }

    /// Offers an event. A feed that is not open yet forgets it: its head will be read after this. Readers see it after the
    /// next [`Feed::cut`].
    pub(crate) fn offer(&self, event: Event) -> Verdict {
        let mut state = self.state();
        let Some(sequencer) = state.sequencer.as_mut() else {
            return Verdict::Duplicate;
        };
        let removal = matches!(event.change, Change::MessageRemoved(_));
        let verdict = sequencer.offer(Arc::new(event));
        if removal && verdict == Verdict::Delivered && !planted("window_not_scrubbed") {
            state.cuts.forget_events();
            state.late.forget();
        }
        verdict
    }

    /// Shows readers what has come: now, or a little later if they were shown something only just before.
    pub(crate) fn cut(self: &Arc<Self>) {
        let mut state = self.state();
        let Some(head) = state.sequencer.as_ref().map(Sequencer::head) else {
            return;
        };
        let readers = self.changes.receiver_count();
        match state.cuts.when(head, readers, Instant::now()) {
            When::Never => {}
            When::Now => {
                drop(state);
                self.cut_now();
            }
            When::At(time) => {
                drop(state);
                let feed = Arc::clone(self);
                tokio::spawn(async move {
                    sleep_until(time).await;
                    feed.cut_now();
                });
            }
        }
    }

    fn cut_now(&self) {
        let mut state = self.state();
        let State {
            sequencer, cuts, ..
        } = &mut *state;
        if let Some(sequencer) = sequencer {
            cuts.cut(sequencer, Instant::now());
        }
        drop(state);
        self.changed();
    }

    /// Forgets batches that nobody is likely to come to any more.
    pub(crate) fn forget_old_batches(&self) {
        if let Some(time) = Instant::now().checked_sub(LIFETIME) {
            let mut state = self.state();
            state.cuts.forget_before(time);
            state.late.forget_before(time);
        }
    }

    /// Bytes that the window takes, about.
    pub(crate) fn window_bytes(&self) -> usize {
        self.state().sequencer.as_ref().map_or(0, Sequencer::bytes)
    }

    /// Forgets the older half of the window, and says how many bytes are left.
    pub(crate) fn halve_window(&self) -> usize {
        let mut state = self.state();
        state.sequencer.as_mut().map_or(0, |sequencer| {
            sequencer.halve();
            sequencer.bytes()
        })
    }

    /// Whether Postgres' head is one that this feed has had; `None` when only Postgres can say.
    pub(crate) fn agrees(&self, head: Cursor) -> Option<bool> {
        self.state()
            .sequencer
            .as_ref()
            .and_then(|sequencer| sequencer.agrees(head))
    }

    /// True for the one caller that is to fill the feed now. Others only leave word that there is more to fill.
    pub(crate) fn begin_fill(&self) -> bool {
        let mut state = self.state();
        let first = !state.filling;
        state.filling = true;
        state.fill_again = !first;
        first
    }

    /// True when word was left since the fill began: fill once more.
    pub(crate) fn end_fill(&self) -> bool {
        let mut state = self.state();
        let again = state.fill_again;
        state.fill_again = false;
        state.filling = again;
        again
    }

    /// Lets `see` look at the feed, if it is open.
    pub(crate) fn look<T>(&self, see: impl FnOnce(View<'_>) -> T) -> Option<T> {
        let mut state = self.state();
        let State {
            sequencer,
            cuts,
            late,
            forks,
            ..
        } = &mut *state;
        sequencer.as_ref().map(|sequencer| {
            see(View {
                sequencer,
                cuts,
                late,
                forks: *forks,
                readers: self.changes.receiver_count(),
            })
        })
    }

    /// Passes a signal on to whoever listens at the next [`Feed::cut`]; a read mark only if it is news.
    pub(crate) fn signal(&self, signal: Signal) {
        let mut state = self.state();
        if let Signal::ReadMark {
            user_id,
            last_read_number,
            ..
        } = signal
        {
            if state.marks.len() >= MARKS {
                state.marks.clear();
            }
            let known = state.marks.entry(user_id).or_default();
            if *known >= last_read_number {
                return;
            }
            *known = last_read_number;
        }
        state.cuts.signal(signal);
    }

    pub(crate) fn subscribe_changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
