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
    batch::{EventBatch, MAX_BATCH_EVENTS, batch_of},
    sequencer::{Sequencer, Step},
};

/// Batches kept for readers that have not come to them yet. Who is slower reads from the window, and misses signals.
const MAX_RECENT_BATCHES: usize = 64;

/// What a batch costs a reader: about a write to its socket.
const COST_PER_READER: Duration = Duration::from_micros(10);

/// Shortest time between two flushes of a busy feed.
const MIN_FLUSH_INTERVAL: Duration = Duration::from_millis(2);

/// Longest time between two flushes, however many readers there are.
const MAX_FLUSH_INTERVAL: Duration = Duration::from_millis(50);

/// A batch for readers that stand at `from`.
#[derive(Debug)]
struct RecentBatch {
    number: u64,
    from: Cursor,
    made: Instant,
    batch: Arc<EventBatch>,
}

/// What becomes of a wish to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flush {
    /// There is nothing to cut, or somebody waits for the right time already.
    NotNeeded,
    /// Now.
    Now,
    /// Whoever wished has to come back then.
    At(Instant),
}

/// The cuts of one feed.
#[derive(Debug)]
pub(crate) struct LiveBatches {
    /// Everything up to here was cut.
    flushed_to: Cursor,
    signals: Vec<Signal>,
    recent: VecDeque<RecentBatch>,
    /// The number of the next batch.
    next_number: u64,
    last_flush: Option<Instant>,
    is_scheduled: bool,
}

impl LiveBatches {
    /// Nothing cut yet; readers begin at `end`.
    pub(crate) fn new(end: Cursor) -> Self {
        Self {
            flushed_to: end,
            signals: Vec::new(),
            recent: VecDeque::new(),
            next_number: 0,
            last_flush: None,
            is_scheduled: false,
        }
    }

    /// How far readers see.
    pub(crate) fn flushed_to(&self) -> Cursor {
        self.flushed_to
    }

    /// The number of the batch that will be made next.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Begins anew at `end`; what waits for its time goes on waiting.
    pub(crate) fn restart(&mut self, end: Cursor) {
        self.flushed_to = end;
        self.recent.clear();
    }

    /// Adds a signal to the next cut.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// When to cut for so many readers, if the feed has come to `head`.
    pub(crate) fn flush_time(&mut self, head: Cursor, readers: usize, now: Instant) -> Flush {
        if self.is_scheduled || (self.flushed_to == head && self.signals.is_empty()) {
            return Flush::NotNeeded;
        }
        let readers = u32::try_from(readers).unwrap_or(u32::MAX);
        let interval = COST_PER_READER
            .saturating_mul(readers)
            .clamp(MIN_FLUSH_INTERVAL, MAX_FLUSH_INTERVAL);
        match self.last_flush.map(|last| last + interval) {
            Some(at) if at > now => {
                self.is_scheduled = true;
                Flush::At(at)
            }
            _ => Flush::Now,
        }
    }

    /// Makes batches of what has come since the last cut.
    pub(crate) fn flush(&mut self, sequencer: &Sequencer, now: Instant) {
        self.is_scheduled = false;
        self.last_flush = Some(now);
        let head = sequencer.head();
        while self.flushed_to != head {
            let Step::Events(events) = sequencer.after(self.flushed_to, MAX_BATCH_EVENTS) else {
                // More came at once than the window holds: readers get it from Postgres.
                self.flushed_to = head;
                break;
            };
            let batch = batch_of(events, head);
            let from = std::mem::replace(&mut self.flushed_to, batch.cursor);
            self.push(from, batch, now);
        }
        let mut signals = std::mem::take(&mut self.signals);
        while !signals.is_empty() {
            let rest = signals.split_off(signals.len().min(MAX_BATCH_EVENTS));
            let batch = EventBatch {
                signals: std::mem::replace(&mut signals, rest),
                ..EventBatch::at(self.flushed_to, true)
            };
            self.push(self.flushed_to, batch, now);
        }
    }

    fn push(&mut self, from: Cursor, batch: EventBatch, made: Instant) {
        self.recent.push_back(RecentBatch {
            number: self.next_number,
            from,
            made,
            batch: Arc::new(batch),
        });
        self.next_number += 1;
        while self.recent.len() > MAX_RECENT_BATCHES {
            self.recent.pop_front();
        }
    }

    /// The events after `position` as they were cut.
    pub(crate) fn after(&self, position: Cursor) -> Option<Arc<EventBatch>> {
        self.recent
            .iter()
            .rev()
            .find(|recent| recent.from == position && !recent.batch.events.is_empty())
            .map(|recent| Arc::clone(&recent.batch))
    }

    /// The batches of signals from this number on.
    pub(crate) fn signals_since(&self, number: u64) -> Vec<(u64, Arc<EventBatch>)> {
        let before = self.recent.partition_point(|recent| recent.number < number);
        self.recent
            .range(before..)
            .filter(|recent| !recent.batch.signals.is_empty())
            .map(|recent| (recent.number, Arc::clone(&recent.batch)))
            .collect()
    }

    /// Nobody who comes later may be given what was cut before: a message was removed, and its text may stand in any of
    /// them, also as what another message answers.
    pub(crate) fn drop_events(&mut self) {
        self.recent.retain(|recent| recent.batch.events.is_empty());
    }

    /// Forgets batches of events that were made before this time.
    pub(crate) fn drop_before(&mut self, time: Instant) {
        self.recent
            .retain(|recent| recent.batch.events.is_empty() || recent.made >= time);
    }
}
