//! What subscribers receive at once.

use std::sync::{Arc, OnceLock};

use shared_schema::{Change, Cursor, Event, Signal};

use super::{payload_cache::PayloadCache, sequencer::text_of};

/// Maximum events per batch. A client that is further behind receives several batches.
pub(crate) const MAX_BATCH_EVENTS: usize = 100;

/// Maximum bytes of message text per batch, unless a single message is larger: a frame must stay small enough to be
/// sent.
const MAX_BATCH_TEXT_BYTES: usize = 128 * 1024;

/// Maximum bytes to read for one batch: the event before it is read as well, to verify the position, with its message.
pub(crate) const MAX_READ_TEXT_BYTES: i64 = 160 * 1024;

/// Estimated bytes of an added user with a short profile. 250 of them, the maximum of one event, nearly fill a batch.
const REFERENCED_MESSAGE_BYTES: usize = 5_000;

/// Estimated bytes of an added user with a short profile. 250 of them, the maximum of one event, nearly fill a batch.
const ADDED_USER_BYTES: usize = 500;

/// Why a client must fetch the current state anew instead of applying events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResetReason {
    /// More events were missed than are replayed.
    GapTooLarge,
    /// The history was replaced; what the client has may contain events that no longer exist.
    Forked,
}

/// Everything since the batch before. Live readers share it, and its encoded payloads.
#[derive(Debug)]
pub(crate) struct EventBatch {
    /// Consecutive events, oldest first.
    pub(crate) events: Vec<Arc<Event>>,
    /// Live facts that are no events.
    pub(crate) signals: Vec<Signal>,
    /// The position after the events.
    pub(crate) cursor: Cursor,
    /// Whether that was the end of the feed when the batch was made.
    pub(crate) caught_up: bool,
    /// Set when the events after the last cursor cannot be given; `cursor` is where to go on from.
    pub(crate) reset: Option<ResetReason>,
    /// Bytes of the events' messages, including what is shown with them.
    pub(crate) text: usize,
    /// Encoded payloads of this batch.
    pub(crate) payloads: PayloadCache,
    /// The batch of those who may not know what others have read.
    pub(crate) without_reads: OnceLock<Arc<EventBatch>>,
}

impl EventBatch {
    /// A batch without events that carries a position.
    #[must_use]
    pub(crate) fn at(cursor: Cursor, caught_up: bool) -> Self {
        Self {
            events: Vec::new(),
            signals: Vec::new(),
            cursor,
            caught_up,
            reset: None,
            text: 0,
            payloads: PayloadCache::default(),
            without_reads: OnceLock::new(),
        }
    }

    /// What whoever does not tell their read mark receives of this batch: nobody's. Shared by all of them.
    #[must_use]
    pub(crate) fn without_reads(self: &Arc<Self>) -> Arc<Self> {
        if !self.signals.iter().any(tells_read_mark) {
            return Arc::clone(self);
        }
        let hidden = self.without_reads.get_or_init(|| {
            Arc::new(Self {
                events: self.events.clone(),
                signals: self.signals.iter().cloned().map(hide_read_mark).collect(),
                text: self.text,
                reset: self.reset,
                ..Self::at(self.cursor, self.caught_up)
            })
        });
        Arc::clone(hidden)
    }

    /// The same batch up to the event at this index, which becomes its last.
    #[must_use]
    pub(crate) fn until(&self, last: usize) -> Self {
        let events = self.events[..=last].to_vec();
        Self {
            caught_up: self.caught_up && last + 1 == self.events.len(),
            events,
            ..Self::at(self.events[last].cursor(), false)
        }
    }
}

fn tells_read_mark(signal: &Signal) -> bool {
    matches!(
        signal,
        Signal::ReceiptChanged {
            read_number: Some(_),
            ..
        }
    )
}

fn hide_read_mark(mut signal: Signal) -> Signal {
    if let Signal::ReceiptChanged { read_number, .. } = &mut signal {
        *read_number = None;
    }
    signal
}

/// A batch of these events, or of as many as fit into one, of a feed that readers see up to `end`.
pub(crate) fn batch_of(mut events: Vec<Arc<Event>>, end: Cursor) -> EventBatch {
    let (fitting, text) = fitting(&events);
    events.truncate(fitting);
    let cursor = events.last().map_or(end, |last| last.cursor());
    EventBatch {
        events,
        text,
        ..EventBatch::at(cursor, cursor == end)
    }
}

/// How many of these events, at least one, stay within [`MAX_BATCH_TEXT_BYTES`], and how many bytes they have.
fn fitting(events: &[Arc<Event>]) -> (usize, usize) {
    let mut sum = 0;
    for (index, event) in events.iter().enumerate() {
        let text = text_of(event) + referenced_bytes(event);
        if index > 0 && sum + text > MAX_BATCH_TEXT_BYTES {
            return (index, sum);
        }
        sum += text;
    }
    (events.len(), sum)
}

/// Bytes of what else is shown with this event.
fn referenced_bytes(event: &Event) -> usize {
    if let Some(message) = event.change.message() {
        return message.reply_to_id.map_or(0, |_| REFERENCED_MESSAGE_BYTES);
    }
    if let Change::ParticipantsAdded { participants } = &event.change {
        return participants.len() * ADDED_USER_BYTES;
    }
    // The chat's newest message, and the one that it answers.
    if let Change::ChatAdded { .. } = event.change {
        return 2 * REFERENCED_MESSAGE_BYTES;
    }
    0
}
