//! Batches for readers who are behind the live ones: they, too, are made once for all who stand at the same place.
//!
//! A crowd that cannot keep up falls behind together, and one that was cut off comes back together. If each of them read
//! and executed for themselves, all would fall behind further.
//!
//! What is kept is bounded in bytes, per feed and for the process: one client that comes back to megabytes of messages
//! must not have all of them kept here. What is not kept is read and executed once more.
//!
//! Pure: no I/O, no clock, no lock.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use shared_schema::Cursor;
use tokio::{sync::OnceCell, time::Instant};

use super::batch::{EventBatch, MAX_BATCH_EVENTS};

/// Places kept for readers that have not come to them yet: as far as a thousand readers of an overloaded chat were seen
/// apart, twice over. Beyond that, some batches are made twice.
const MAX_SLOTS: usize = 256;

/// Bytes of message text kept per feed: 256 batches of a hundred short messages. With what was encoded of it, it takes some
/// three times as much.
const MAX_TEXT: usize = 1024 * 1024;

/// Bytes of message text kept by the process.
const MAX_TOTAL_TEXT: usize = 16 * 1024 * 1024;

/// What comes after a place, as soon as the first reader who got there has made it.
pub(crate) type CatchUpBatch = Arc<OnceCell<Arc<EventBatch>>>;

/// Bytes of message text that all feeds of a process keep here. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct TotalText(Arc<AtomicUsize>);

/// The places of one feed at which readers were lately.
#[derive(Debug)]
pub(crate) struct CatchUpCache {
    slots: VecDeque<CatchUpSlot>,
    /// What these are counted as in the total.
    counted: usize,
    total: TotalText,
}

#[derive(Debug)]
struct CatchUpSlot {
    from: Cursor,
    last_used: Instant,
    batch: CatchUpBatch,
}

impl CatchUpSlot {
    fn text(&self) -> usize {
        self.batch.get().map_or(0, |batch| batch.text)
    }
}

impl CatchUpCache {
    /// None yet, of a feed whose process keeps so much.
    pub(crate) fn new(total: &TotalText) -> Self {
        Self {
            slots: VecDeque::new(),
            counted: 0,
            total: total.clone(),
        }
    }

    /// What comes after `from`; if nobody was here lately, `make` says what it is, or that Postgres has to be asked. It is
    /// kept for others only if the feed `has_others`.
    pub(crate) fn after(
        &mut self,
        from: Cursor,
        now: Instant,
        has_others: bool,
        make: impl FnOnce() -> Option<EventBatch>,
    ) -> CatchUpBatch {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.from == from) {
            slot.last_used = now;
            return Arc::clone(&slot.batch);
        }
        let batch: CatchUpBatch = Arc::new(OnceCell::new_with(make().map(Arc::new)));
        if has_others {
            self.slots.push_back(CatchUpSlot {
                from,
                last_used: now,
                batch: Arc::clone(&batch),
            });
        }
        self.trim();
        batch
    }

    /// Forgets the oldest ones until the rest is within its bounds.
    fn trim(&mut self) {
        if self.slots.len() > MAX_SLOTS {
            self.slots.pop_front();
        }
        let mut text: usize = self.slots.iter().map(CatchUpSlot::text).sum();
        let elsewhere = self
            .total
            .0
            .load(Ordering::Relaxed)
            .saturating_sub(self.counted);
        let most = MAX_TEXT.min(MAX_TOTAL_TEXT.saturating_sub(elsewhere));
        while text > most
            && let Some(slot) = self.slots.pop_front()
        {
            text -= slot.text();
        }
        self.count(text);
    }

    fn count(&mut self, text: usize) {
        self.total.0.fetch_add(text, Ordering::Relaxed);
        self.total.0.fetch_sub(self.counted, Ordering::Relaxed);
        self.counted = text;
    }

    /// Nobody who comes later may be given what was made before.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.count(0);
    }

    /// Forgets the places where nobody was since this time.
    pub(crate) fn drop_before(&mut self, time: Instant) {
        self.slots.retain(|slot| slot.last_used >= time);
        self.trim();
    }
}

impl Drop for CatchUpCache {
    fn drop(&mut self) {
        self.count(0);
    }
}

/// How many events to give after `from`: as many as lead to the next place where all who are behind meet.
pub(crate) fn events_to_next_slot(from: Cursor) -> usize {
    let passed = usize::try_from(from.seq).unwrap_or_default() % MAX_BATCH_EVENTS;
    MAX_BATCH_EVENTS - passed
}

#[cfg(test)]
mod tests {
    use shared_schema::FeedId;
    use uuid::Uuid;

    use super::*;

    fn slot(seq: i64) -> Cursor {
        Cursor {
            seq,
            ..Cursor::start(FeedId(Uuid::nil()))
        }
    }

    fn batch(text: usize) -> Option<EventBatch> {
        Some(EventBatch {
            text,
            ..EventBatch::at(slot(0), false)
        })
    }

    /// Whether the batch after this place is still there.
    fn has(places: &CatchUpCache, seq: i64) -> bool {
        places.slots.iter().any(|slots| slots.from == slot(seq))
    }

    #[test]
    fn long_texts_are_kept_within_their_bound() {
        let mut places = CatchUpCache::new(&TotalText::default());
        for seq in 0..100 {
            places.after(slot(seq), Instant::now(), true, || batch(128 * 1024));
        }
        assert_eq!(places.slots.len(), 8);
        assert!(has(&places, 99) && !has(&places, 91));
    }

    #[test]
    fn what_is_read_from_postgres_later_counts_too() {
        let mut places = CatchUpCache::new(&TotalText::default());
        let batch: Vec<CatchUpBatch> = (0..100)
            .map(|seq| places.after(slot(seq), Instant::now(), true, || None))
            .collect();
        for batch in batch {
            batch.set(Arc::new(batch(128 * 1024).unwrap())).unwrap();
        }
        places.after(slot(100), Instant::now(), true, || None);
        assert_eq!(places.slots.len(), 9);
    }

    #[test]
    fn all_feeds_together_have_a_bound_and_give_back_what_they_kept() {
        let total = TotalText::default();
        let fill = || {
            let mut places = CatchUpCache::new(&total);
            for seq in 0..8 {
                places.after(slot(seq), Instant::now(), true, || batch(128 * 1024));
            }
            places
        };
        let mut feeds: Vec<CatchUpCache> = (0..16).map(|_| fill()).collect();
        assert_eq!(total.0.load(Ordering::Relaxed), MAX_TOTAL_TEXT);
        assert!(fill().slots.is_empty());
        feeds[0].clear();
        assert_eq!(fill().slots.len(), 8);
        drop(feeds);
        assert_eq!(total.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn nothing_is_kept_for_a_reader_who_is_alone() {
        let mut places = CatchUpCache::new(&TotalText::default());
        places.after(slot(0), Instant::now(), false, || batch(10));
        assert!(places.slots.is_empty());
    }
}
