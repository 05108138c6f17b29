//! Coalesces the live events of a feed into batches, once for all of its readers.
//!
//! A batch costs every reader a write, whatever is in it. So a quiet feed is flushed as soon as an event comes, and a
//! busy one at an interval that grows with its readers. Readers see the feed only up to the last flush, so that all
//! live readers are at the same position and share the batches and their encoded payloads.
//!
//! Pure: no I/O, no clock, no lock.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use shared_schema::{Cursor, Signal};
use tokio::time::Instant;

use super::{
    batch::{EventBatch, MAX_BATCH_EVENTS, batch_of},
    sequencer::{Sequencer, Step},
};

/// Batches that stay for readers that have not reached them yet. A slower reader is served from the window, and misses
/// signals.
const MAX_RECENT_BATCHES: usize = 64;

/// The time that a batch costs per reader: about a write to its socket.
const COST_PER_READER: Duration = Duration::from_micros(10);

/// Shortest time between two flushes of a busy feed.
const MIN_FLUSH_INTERVAL: Duration = Duration::from_millis(2);

/// Longest time between two flushes, however many readers there are.
const MAX_FLUSH_INTERVAL: Duration = Duration::from_millis(50);

/// A batch for readers at `from`.
#[derive(Debug)]
struct RecentBatch {
    number: u64,
    from: Cursor,
    made: Instant,
    batch: Arc<EventBatch>,
}

/// When to flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flush {
    /// There is nothing to flush, or a flush is scheduled already.
    NotNeeded,
    /// Now.
    Now,
    /// The caller has to flush at this time.
    At(Instant),
}

/// The live batches of one feed.
#[derive(Debug)]
pub(crate) struct LiveBatches {
    /// Everything up to here was flushed.
    flushed_to: Cursor,
    signals: Vec<Signal>,
    recent: VecDeque<RecentBatch>,
    /// The number of the next batch.
    next_number: u64,
    last_flush: Option<Instant>,
    is_scheduled: bool,
}

impl LiveBatches {
    /// No batches yet; readers begin at `end`.
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

    /// Begins again at `end`; a scheduled flush stays scheduled.
    pub(crate) fn restart(&mut self, end: Cursor) {
        self.flushed_to = end;
        self.recent.clear();
    }

    /// Adds a signal to the next flush.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.signals.push(signal);
    }

    /// When to flush for so many readers, if the feed has reached `head`.
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

    /// Makes batches of the events and signals since the last flush.
    pub(crate) fn flush(&mut self, sequencer: &Sequencer, now: Instant) {
        self.is_scheduled = false;
        self.last_flush = Some(now);
        let head = sequencer.head();
        while self.flushed_to != head {
            let Step::Events(events) = sequencer.after(self.flushed_to, MAX_BATCH_EVENTS) else {
                // More events came at once than the window holds: readers get them from Postgres.
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

    /// The batch after `position`.
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

    /// Drops all batches of events: a message was removed, and its text may stand in any of them, also as the one that
    /// another message replies to.
    pub(crate) fn drop_events(&mut self) {
        self.recent.retain(|recent| recent.batch.events.is_empty());
    }

    /// Drops batches of events that were made before this time.
    pub(crate) fn drop_before(&mut self, time: Instant) {
        self.recent
            .retain(|recent| recent.batch.events.is_empty() || recent.made >= time);
    }
}
