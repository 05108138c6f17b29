//! Events and signals that are published on Redis after the commit. A publication is a hint: the receivers' sweep finds
//! what is lost.

use std::collections::BTreeMap;

use chassis::{publisher::Publisher, telemetry::trace_id};
use shared_schema::{ENVELOPE_VERSION, Event, FeedRef, Publication, Signal};

/// Maximum bytes of one publication; more events go into further ones. A subscriber receives a publication as a whole, and
/// Redis disconnects a subscriber whose output buffer is full.
const MAX_PUBLICATION_BYTES: usize = 64 * 1024;

/// Approximate bytes of an event besides the text of its message.
const EVENT_OVERHEAD_BYTES: usize = 600;

/// What is published about one feed.
#[derive(Default)]
struct FeedPublication {
    /// The trace of the request that caused the first event, if it is not the request that publishes.
    trace: Option<String>,
    events: Vec<Event>,
    signals: Vec<Signal>,
}

/// Events and signals, by the feed on whose channel they are published. Events must have been appended.
#[derive(Default)]
pub struct PendingEvents(BTreeMap<FeedRef, FeedPublication>);

impl PendingEvents {
    /// Adds an event, after those of its feed that were added before.
    #[must_use]
    pub fn event(self, event: Event) -> Self {
        self.events([event])
    }

    /// Adds events of any feeds.
    #[must_use]
    pub fn events(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        for event in events {
            self.add(event, None);
        }
        self
    }

    /// Adds an event that the request of this trace caused.
    pub fn add(&mut self, event: Event, trace: Option<&str>) {
        let publication = self.0.entry(event.feed).or_default();
        if publication.events.is_empty() {
            publication.trace = trace.map(str::to_owned);
        }
        publication.events.push(event);
    }

    /// Adds a live fact about a chat.
    #[must_use]
    pub fn signal(mut self, feed: impl Into<FeedRef>, signal: Signal) -> Self {
        self.0.entry(feed.into()).or_default().signals.push(signal);
        self
    }

    /// Hands everything over, one message per channel, or a few where one would be too large. Never waits and never
    /// fails.
    pub fn publish(self, publisher: &Publisher) {
        for (feed, pending) in self.0 {
            let trace = pending.trace.or_else(trace_id);
            let mut signals = pending.signals;
            for events in split(pending.events) {
                let publication = Publication {
                    v: ENVELOPE_VERSION,
                    trace: trace.clone(),
                    events,
                    signals: std::mem::take(&mut signals),
                };
                match serde_json::to_vec(&publication) {
                    Ok(payload) => publisher.publish(feed.channel(), payload),
                    Err(error) => tracing::error!(%error, %feed, "cannot encode a publication"),
                }
            }
        }
    }
}

/// The same events in the same order, in pieces that are not too large. At least one piece, which may be empty.
fn split(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut pieces = vec![vec![]];
    let mut room = MAX_PUBLICATION_BYTES;
    for event in events {
        let message = event.change.message();
        let content = message.and_then(|message| message.content.as_ref());
        let size = EVENT_OVERHEAD_BYTES + content.map_or(0, String::len);
        if size > room && pieces.last().is_some_and(|piece| !piece.is_empty()) {
            pieces.push(vec![]);
            room = MAX_PUBLICATION_BYTES;
        }
        room = room.saturating_sub(size);
        if let Some(piece) = pieces.last_mut() {
            piece.push(event);
        }
    }
    pieces
}
