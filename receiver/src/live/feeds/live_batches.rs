//! Where the live events of a feed are cut into batches, once for all of its readers.
//!
//! A batch costs every reader a write, whatever is in it. So a feed that runs hot is cut at a pace that its readers can
//! follow, and one that is calm is cut as soon as something comes. Readers see the feed only up to the last cut, so that
//! all who are live stand at the same place and share the batches and what is made of them.
//!
//! Pure: no I/O, no clock, no lock.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use shared_schema::{Cursor, Signal};
use tokio::time::Instant;

use super::{
    batch::{BATCH, Batch, batch_of},
    sequencer::{Sequencer, Step},
};

/// Batches kept for readers that have not come to them yet. Who is slower reads from the window, and misses signals.
const KEPT: usize = 64;

/// What a batch costs a reader: about a write to its socket.
const COST: Duration = Duration::from_micros(10);

/// Least and longest time between two cuts of a hot feed.
const PAUSE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// A batch for readers that stand at `from`.
#[derive(Debug)]
struct Kept {
    number: u64,
    from: Cursor,
    made: Instant,
    batch: Arc<Batch>,
}

/// What becomes of a wish to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// There is nothing to cut, or somebody waits for the right time already.
    Never,
    /// Now.
    Now,
    /// Whoever wished has to come back then.
    At(Instant),
}

/// The cuts of one feed.
#[derive(Debug)]
pub(crate) struct Cuts {
    /// Everything up to here was cut.
    end: Cursor,
    signals: Vec<Signal>,
    kept: VecDeque<Kept>,
    /// The number of the next batch.
    next: u64,
    last: Option<Instant>,
    awaited: bool,
}

impl Cuts {
    /// Nothing cut yet; readers begin at `end`.
    pub(crate) fn new(end: Cursor) -> Self {
        Self {
            end,
            signals: Vec::new(),
            kept: VecDeque::new(),
            next: 0,
            last: None,
            awaited: false,
        }
    }

    /// How far readers see.
    pub(crate) fn end(&self) -> Cursor {
        self.end
    }

    /// The number of the batch that will be made next.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Begins anew at `end`; what waits for its time goes on waiting.
    pub(crate) fn restart(&mut self, end: Cursor) {
        self.end = end;
        self.kept.clear();
    }

    /// Adds a signal to the next cut.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// When to cut for so many readers, if the feed has come to `head`.
    pub(crate) fn when(&mut self, head: Cursor, readers: usize, now: Instant) -> When {
        if self.awaited || (self.end == head && self.signals.is_empty()) {
            return When::Never;
        }
        let readers = u32::try_from(readers).unwrap_or(u32::MAX);
        let pause = COST.saturating_mul(readers).clamp(PAUSE.0, PAUSE.1);
        match self.last.map(|last| last + pause) {
            Some(at) if at > now => {
                self.awaited = true;
                When::At(at)
            }
            _ => When::Now,
        }
    }

    /// Makes batches of what has come since the last cut.
    pub(crate) fn cut(&mut self, sequencer: &Sequencer, now: Instant) {
        self.awaited = false;
        self.last = Some(now);
        let head = sequencer.head();
        while self.end != head {
            let Step::Events(events) = sequencer.after(self.end, BATCH) else {
                // More came at once than the window holds: readers get it from Postgres.
                self.end = head;
                break;
            };
            let batch = batch_of(events, head);
            let from = std::mem::replace(&mut self.end, batch.cursor);
            self.keep(from, batch, now);
        }
        let mut signals = std::mem::take(&mut self.signals);
        while !signals.is_empty() {
            let rest = signals.split_off(signals.len().min(BATCH));
            let batch = Batch {
                signals: std::mem::replace(&mut signals, rest),
                ..Batch::at(self.end, true)
            };
            self.keep(self.end, batch, now);
        }
    }

    fn keep(&mut self, from: Cursor, batch: Batch, made: Instant) {
        self.kept.push_back(Kept {
            number: self.next,
            from,
            made,
            batch: Arc::new(batch),
        });
        self.next += 1;
        while self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// The events after `position` as they were cut.
    pub(crate) fn after(&self, position: Cursor) -> Option<Arc<Batch>> {
        self.kept
            .iter()
            .rev()
            .find(|kept| kept.from == position && !kept.batch.events.is_empty())
            .map(|kept| Arc::clone(&kept.batch))
    }

    /// The batches of signals from this number on.
    pub(crate) fn signals_since(&self, number: u64) -> Vec<(u64, Arc<Batch>)> {
        let before = self.kept.partition_point(|kept| kept.number < number);
        self.kept
            .range(before..)
            .filter(|kept| !kept.batch.signals.is_empty())
            .map(|kept| (kept.number, Arc::clone(&kept.batch)))
            .collect()
    }

    /// Nobody who comes later may be given what was cut before: a message was removed, and its text may stand in any of
    /// them, also as what another message answers.
    pub(crate) fn forget_events(&mut self) {
        self.kept.retain(|kept| kept.batch.events.is_empty());
    }

    /// Forgets batches of events that were made before this time.
    pub(crate) fn forget_before(&mut self, time: Instant) {
        self.kept
            .retain(|kept| kept.batch.events.is_empty() || kept.made >= time);
    }
}
