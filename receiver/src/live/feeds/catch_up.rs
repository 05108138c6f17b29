//! Batches for readers that are behind the live ones: they, too, are built once for all readers at the same position.
//!
//! Readers that cannot keep up fall behind together, and clients that were disconnected reconnect together. If each
//! reader read and executed on its own, all of them would fall further behind.
//!
//! The cache is bounded in bytes, per feed and for the process, so that a single client that missed megabytes of
//! messages cannot fill it. What is not cached is read and executed again.
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

/// Maximum slots per feed: twice as many as a thousand readers of an overloaded chat were seen apart. Beyond that, some
/// batches are built twice.
const MAX_SLOTS: usize = 256;

/// Maximum bytes of message text per feed: 256 batches of a hundred short messages. With the encoded payloads it takes
/// some three times as much.
const MAX_TEXT: usize = 1024 * 1024;

/// Maximum bytes of message text for the process.
const MAX_TOTAL_TEXT: usize = 16 * 1024 * 1024;

/// The batch that follows a position, built by the first reader that needs it.
pub(crate) type CatchUpBatch = Arc<OnceCell<Arc<EventBatch>>>;

/// Bytes of message text that all feeds of a process keep here. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct TotalText(Arc<AtomicUsize>);

/// The batches that readers of one feed needed lately.
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
    /// An empty cache, which counts into this total.
    pub(crate) fn new(total: &TotalText) -> Self {
        Self {
            slots: VecDeque::new(),
            counted: 0,
            total: total.clone(),
        }
    }

    /// The batch after `from`; if it is not cached, `make` builds it, or returns none if it has to be read from
    /// Postgres. It is cached only if the feed `has_others`.
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

    /// Drops everything: no later reader may receive it.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.count(0);
    }

    /// Drops the slots that no reader has used since this time.
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

/// How many events to read after `from`: up to the next multiple of the batch size, so that readers behind meet at the
/// same positions.
pub(crate) fn events_to_next_slot(from: Cursor) -> usize {
    let passed = usize::try_from(from.seq).unwrap_or_default() % MAX_BATCH_EVENTS;
    MAX_BATCH_EVENTS - passed
}

#[cfg(test)]
mod tests {
    use shared_schema::ChatId;
    use uuid::Uuid;

    use super::*;

    fn slot(seq: i64) -> Cursor {
        Cursor {
            seq,
            ..Cursor::start(ChatId(Uuid::nil()))
        }
    }

    fn batch(text: usize) -> Option<EventBatch> {
        Some(EventBatch {
            text,
            ..EventBatch::at(slot(0), false)
        })
    }

    /// Whether the batch after this place is still there.
    fn has(cache: &CatchUpCache, seq: i64) -> bool {
        cache.slots.iter().any(|slots| slots.from == slot(seq))
    }

    #[test]
    fn long_texts_are_kept_within_their_bound() {
        let mut cache = CatchUpCache::new(&TotalText::default());
        for seq in 0..100 {
            cache.after(slot(seq), Instant::now(), true, || batch(128 * 1024));
        }
        assert_eq!(cache.slots.len(), 8);
        assert!(has(&cache, 99) && !has(&cache, 91));
    }

    #[test]
    fn what_is_read_from_postgres_later_counts_too() {
        let mut cache = CatchUpCache::new(&TotalText::default());
        let slots: Vec<CatchUpBatch> = (0..100)
            .map(|seq| cache.after(slot(seq), Instant::now(), true, || None))
            .collect();
        for slot in slots {
            slot.set(Arc::new(batch(128 * 1024).unwrap())).unwrap();
        }
        cache.after(slot(100), Instant::now(), true, || None);
        assert_eq!(cache.slots.len(), 9);
    }

    #[test]
    fn all_feeds_together_have_a_bound_and_give_back_what_they_kept() {
        let total = TotalText::default();
        let full_cache = || {
            let mut cache = CatchUpCache::new(&total);
            for seq in 0..8 {
                cache.after(slot(seq), Instant::now(), true, || batch(128 * 1024));
            }
            cache
        };
        let mut feeds: Vec<CatchUpCache> = (0..16).map(|_| full_cache()).collect();
        assert_eq!(total.0.load(Ordering::Relaxed), MAX_TOTAL_TEXT);
        assert!(full_cache().slots.is_empty());
        feeds[0].clear();
        assert_eq!(full_cache().slots.len(), 8);
        drop(feeds);
        assert_eq!(total.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn nothing_is_kept_for_a_reader_who_is_alone() {
        let mut cache = CatchUpCache::new(&TotalText::default());
        cache.after(slot(0), Instant::now(), false, || batch(10));
        assert!(cache.slots.is_empty());
    }
}
