//! What Redis is told after a commit. It is a hint: the receivers' sweep finds what it loses.

use std::collections::BTreeMap;

use chassis::{publisher::Publisher, telemetry::trace_id};
use shared_schema::{ENVELOPE_VERSION, Event, FeedId, Publication, Signal, channel};

/// Events and signals, by the feed on whose channel they are published.
#[derive(Default)]
pub struct Hints(BTreeMap<FeedId, (Vec<Event>, Vec<Signal>)>);

impl Hints {
    /// Adds an event, after those of its feed that were added before.
    #[must_use]
    pub fn event(self, event: Event) -> Self {
        self.events([event])
    }

    /// Adds events of any feeds.
    #[must_use]
    pub fn events(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        for event in events {
            self.0.entry(event.feed).or_default().0.push(event);
        }
        self
    }

    /// Adds a live fact about a chat.
    #[must_use]
    pub fn signal(mut self, feed: impl Into<FeedId>, signal: Signal) -> Self {
        self.0.entry(feed.into()).or_default().1.push(signal);
        self
    }

    /// Hands everything over, one message per channel. Never waits and never fails.
    pub fn publish(self, publisher: &Publisher) {
        let trace = trace_id();
        for (feed, (events, signals)) in self.0 {
            let publication = Publication {
                v: ENVELOPE_VERSION,
                trace: trace.clone(),
                events,
                signals,
            };
            match serde_json::to_vec(&publication) {
                Ok(payload) => publisher.publish(channel(feed), payload),
                Err(error) => tracing::error!(%error, %feed, "a publication cannot be encoded"),
            }
        }
    }
}
