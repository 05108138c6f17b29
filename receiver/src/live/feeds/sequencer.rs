//! The rule that makes "once and in order" true. Pure: no I/O, no clock, no lock.

use std::{collections::VecDeque, sync::Arc};

use shared_schema::{Change, Cursor, Event, EventId, Message, Seq};

/// Bytes of message text in one window, at most: as much as two thousand messages of an ordinary length hold.
const MAX_WINDOW_TEXT_BYTES: usize = 1024 * 1024;

/// Bytes of an event without its text, about: itself, what counts its owners, and its shorter strings.
const EVENT_BYTES: usize = size_of::<Event>() + 128;

/// What became of an event that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferResult {
    /// It was the next one, and is now the head.
    Accepted,
    /// It was known already.
    Duplicate,
    /// Events before it are missing, or it contradicts the events that are held. Discard it and read from Postgres.
    Gap,
}

/// The relation of a position to the events that are held.
#[derive(Clone, Debug)]
pub enum Step {
    /// At the head: nothing to do but wait.
    AtHead,
    /// The events after the position, oldest first.
    Events(Vec<Arc<Event>>),
    /// The position is older than the window: read from Postgres.
    BeforeWindow,
    /// The position is newer than the head: another instance has received more events than this one. Ask Postgres.
    Ahead,
    /// The position does not lie on this history.
    Diverged,
}

/// One feed's head and a bounded window of its latest events.
#[derive(Debug)]
pub struct Sequencer {
    head: Cursor,
    window: VecDeque<Arc<Event>>,
    capacity: usize,
    /// Bytes of the messages in the window.
    text: usize,
}

impl Sequencer {
    /// A sequencer at this head, with an empty window.
    #[must_use]
    pub fn new(head: Cursor, capacity: usize) -> Self {
        Self {
            head,
            window: VecDeque::new(),
            capacity,
            text: 0,
        }
    }

    /// The newest position.
    #[must_use]
    pub fn head(&self) -> Cursor {
        self.head
    }

    /// Takes the event if it is the next one.
    pub fn offer(&mut self, event: Arc<Event>) -> OfferResult {
        debug_assert_eq!(event.feed, self.head.feed);
        if event.seq == self.head.seq + 1 {
            if event.prev.unwrap_or(EventId::NIL) != self.head.event {
                return OfferResult::Gap;
            }
            self.push(event);
            return OfferResult::Accepted;
        }
        if event.seq <= self.head.seq {
            return match self.id_at(event.seq) {
                Some(known) if known != event.id => OfferResult::Gap,
                // Too old to compare: readers behind the window have read it from Postgres.
                _ => OfferResult::Duplicate,
            };
        }
        OfferResult::Gap
    }

    /// Whether `other` is a head that this history has had. None when that is too long ago to say.
    #[must_use]
    pub fn has_had(&self, other: Cursor) -> Option<bool> {
        if other.seq > self.head.seq {
            return Some(false);
        }
        self.id_at(other.seq).map(|known| known == other.event)
    }

    /// What lies after `position`, at most `limit` events of it.
    #[must_use]
    pub fn after(&self, position: Cursor, limit: usize) -> Step {
        if position.seq > self.head.seq {
            return Step::Ahead;
        }
        match self.id_at(position.seq) {
            None => Step::BeforeWindow,
            Some(known) if known != position.event => Step::Diverged,
            Some(_) if position.seq == self.head.seq => Step::AtHead,
            Some(_) => {
                let skipped = self.offset_of(position.seq + 1).unwrap_or_default();
                Step::Events(
                    self.window
                        .iter()
                        .skip(skipped)
                        .take(limit)
                        .cloned()
                        .collect(),
                )
            }
        }
    }

    fn push(&mut self, event: Arc<Event>) {
        if let Change::MessageRemoved(message) = &event.change {
            self.scrub(message);
        }
        self.head = event.cursor();
        self.text += text_of(&event);
        self.window.push_back(event);
        while self.window.len() > self.capacity || self.text > MAX_WINDOW_TEXT_BYTES {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.window.pop_front() {
            self.text -= text_of(&oldest);
        }
    }

    /// Bytes that the window takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.text + self.window.len() * EVENT_BYTES
    }

    /// Forgets the older half of the window.
    pub(crate) fn halve(&mut self) {
        for _ in 0..self.window.len().div_ceil(2) {
            self.drop_oldest();
        }
        self.window.shrink_to_fit();
    }

    /// A reader that catches up from the window must not receive the text of a removed message, whatever kind of event
    /// contains it.
    fn scrub(&mut self, removed: &Message) {
        for slot in &mut self.window {
            if slot.change.message_id() != Some(removed.id) {
                continue;
            }
            let before = text_of(slot);
            // Batches that have been made keep theirs; this is a copy then.
            let event = Arc::make_mut(slot);
            if let Some(message) = event.change.message_mut() {
                message.clone_from(removed);
            }
            self.text = self.text + text_of(slot) - before;
        }
    }

    /// The id of the event at `seq`, as far back as the window and the event before it reach.
    fn id_at(&self, seq: Seq) -> Option<EventId> {
        if seq == self.head.seq {
            return Some(self.head.event);
        }
        if let Some(offset) = self.offset_of(seq) {
            return self.window.get(offset).map(|event| event.id);
        }
        let first = self.window.front()?;
        (seq == first.seq - 1).then(|| first.prev.unwrap_or(EventId::NIL))
    }

    fn offset_of(&self, seq: Seq) -> Option<usize> {
        // Checked, because a publication can name any number.
        let first = self.window.front()?.seq;
        usize::try_from(seq.checked_sub(first)?)
            .ok()
            .filter(|&offset| offset < self.window.len())
    }
}

/// Bytes of the message that the event is about.
pub(crate) fn text_of(event: &Event) -> usize {
    let content = event.change.message().map(|message| &message.content);
    content.and_then(Option::as_ref).map_or(0, String::len)
}
