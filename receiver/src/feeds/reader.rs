//! One subscriber's position in one feed.

use std::sync::Arc;

use chassis::{Error, mutants::planted};
use shared_schema::{Cursor, Event, Signal};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};

use super::{Hub, Step, Watch};

/// Events per batch. A client that is further behind gets several batches.
const BATCH: usize = 100;

/// Bytes of message text per batch, unless a single message is larger: a frame must stay small enough to be sent.
const BATCH_TEXT: usize = 128 * 1024;

/// Why a client must fetch the current state anew instead of applying events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    /// More events were missed than are replayed.
    GapTooLarge,
    /// The history was replaced; what the client has may contain events that no longer exist.
    Forked,
}

/// What a subscriber gets at once: everything since the batch before.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Consecutive events, oldest first.
    pub events: Vec<Arc<Event>>,
    /// Live facts that are no events.
    pub signals: Vec<Signal>,
    /// The position after the events.
    pub cursor: Cursor,
    /// Whether that was the head of the feed.
    pub caught_up: bool,
    /// Set when the events after the last cursor cannot be given; `cursor` is where to go on from.
    pub reset: Option<ResetReason>,
}

/// A position in a watched feed that moves forward, batch by batch, to the head and then with it.
///
/// It never skips an event in silence: between two batches without `reset`, the events are exactly those between the
/// two cursors.
pub struct Reader {
    hub: Hub,
    watch: Watch,
    position: Cursor,
    forks: u64,
    /// Still on the way from the cursor that the client came with: the limit on gaps applies.
    resuming: bool,
    /// Postgres has the event at the position, although the feed here has not come so far yet.
    proved: bool,
    changes: watch::Receiver<u64>,
    signals: broadcast::Receiver<Signal>,
}

impl Reader {
    /// Reads on from `after`, or from now. The watch must be of an open feed and the cursor of the same feed.
    #[must_use]
    pub fn new(hub: &Hub, watch: Watch, after: Option<Cursor>) -> Self {
        let feed = watch.feed();
        let start = Cursor::start(feed.id());
        let (head, forks) = feed
            .look(|view| (view.sequencer.head(), view.forks))
            .unwrap_or((start, 0));
        Self {
            hub: hub.clone(),
            changes: feed.subscribe_changes(),
            signals: feed.subscribe_signals(),
            position: after.filter(|_| !planted("cursor_ignored")).unwrap_or(head),
            resuming: after.is_some(),
            proved: false,
            forks,
            watch,
        }
    }

    /// Everything up to here was handed out.
    #[must_use]
    pub fn position(&self) -> Cursor {
        self.position
    }

    /// A batch that says where the reader stands, without events.
    #[must_use]
    pub fn announcement(&self) -> Batch {
        self.batch(Vec::new(), Vec::new(), None)
    }

    /// The next batch, or none when the reader is at the head.
    ///
    /// Safe to cancel: the position only moves when a batch is returned.
    ///
    /// # Errors
    /// When the events must come from Postgres and it is away. Try again.
    pub async fn catch_up(&mut self) -> Result<Option<Batch>, Error> {
        let looked = self.watch.feed().look(|view| {
            let step = view.sequencer.after(self.position, BATCH);
            (view.forks, view.sequencer.head(), step)
        });
        let Some((forks, head, step)) = looked else {
            return Ok(None);
        };
        if forks != self.forks {
            self.forks = forks;
            return Ok(Some(self.reset_to(head, ResetReason::Forked)));
        }
        match step {
            Step::AtHead => {
                self.resuming = false;
                Ok(None)
            }
            Step::NotOurs => Ok(Some(self.reset_to(head, ResetReason::Forked))),
            Step::Ahead => self.prove().await,
            _ if self.resuming && head.seq - self.position.seq > self.hub.args().resume_limit => {
                Ok(Some(self.reset_to(head, ResetReason::GapTooLarge)))
            }
            Step::Events(events) => Ok(Some(self.advance(events))),
            Step::BeforeWindow => self.read().await.map(Some),
        }
    }

    /// The next batch, whenever there is one: events, or else signals.
    ///
    /// Safe to cancel.
    ///
    /// # Errors
    /// As [`Reader::catch_up`].
    pub async fn next(&mut self) -> Result<Batch, Error> {
        loop {
            // Before looking, so that a change in between is not slept through.
            self.changes.mark_unchanged();
            if let Some(batch) = self.catch_up().await? {
                return Ok(batch);
            }
            tokio::select! {
                // The sender lives in the feed, which the watch keeps.
                _ = self.changes.changed() => {}
                signal = self.signals.recv() => {
                    let signals = self.signals_from(signal);
                    if !signals.is_empty() {
                        return Ok(self.batch(Vec::new(), signals, None));
                    }
                }
            }
        }
    }

    /// That signal and those that wait behind it.
    fn signals_from(&mut self, first: Result<Signal, RecvError>) -> Vec<Signal> {
        let mut signals: Vec<Signal> = first.into_iter().collect();
        while let Ok(signal) = self.signals.try_recv() {
            signals.push(signal);
        }
        signals
    }

    /// The client has seen more than this process: its cursor came from a query, a mutation or another instance. That is
    /// no fork as long as Postgres has the event; the feed then catches up with the client.
    async fn prove(&mut self) -> Result<Option<Batch>, Error> {
        if !self.proved {
            let position = self.position;
            let found = self.hub.read(position.feed, position.seq, 1).await?;
            if found.first().is_none_or(|event| event.cursor() != position) {
                let head = self.watch.feed().head().unwrap_or(position);
                return Ok(Some(self.reset_to(head, ResetReason::Forked)));
            }
            self.proved = true;
            self.hub.fill(Arc::clone(self.watch.feed()));
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<Batch, Error> {
        let position = self.position;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        // The event at the position comes first, as proof that the client's history is ours.
        let proof = i64::from(position.seq > 0);
        let from = position.seq + 1 - proof;
        let mut page = self
            .hub
            .read(position.feed, from, limit + proof)
            .await?
            .into_iter();
        let proved = proof == 0 || page.next().is_some_and(|event| event.cursor() == position);
        let events: Vec<Arc<Event>> = page.map(Arc::new).collect();
        if !proved || events.is_empty() {
            let head = self.watch.feed().head().unwrap_or(position);
            return Ok(self.reset_to(head, ResetReason::Forked));
        }
        Ok(self.advance(events))
    }

    fn advance(&mut self, mut events: Vec<Arc<Event>>) -> Batch {
        events.truncate(fitting(&events));
        if let Some(last) = events.last() {
            self.position = last.cursor();
        }
        let batch = self.batch(events, Vec::new(), None);
        self.resuming &= !batch.caught_up;
        batch
    }

    fn reset_to(&mut self, head: Cursor, reason: ResetReason) -> Batch {
        self.position = head;
        self.resuming = false;
        self.batch(Vec::new(), Vec::new(), Some(reason))
    }

    fn batch(
        &self,
        events: Vec<Arc<Event>>,
        signals: Vec<Signal>,
        reset: Option<ResetReason>,
    ) -> Batch {
        Batch {
            events,
            signals,
            cursor: self.position,
            caught_up: self.watch.feed().head() == Some(self.position),
            reset,
        }
    }
}

/// How many of these events, at least one, stay within [`BATCH_TEXT`].
fn fitting(events: &[Arc<Event>]) -> usize {
    let text_of = |event: &Arc<Event>| {
        let content = event.change.message()?.content.as_ref()?;
        Some(content.len())
    };
    let mut text = 0;
    let too_many = events.iter().position(|event| {
        text += text_of(event).unwrap_or_default();
        text > BATCH_TEXT
    });
    too_many.map_or(events.len(), |fitting| fitting.max(1))
}
