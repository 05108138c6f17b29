//! What Redis is told after a commit. It is a hint: the receivers' sweep finds what it loses.

use std::{collections::BTreeMap, time::Duration};

use chassis::{StartError, config::RedisArgs, publisher::Publisher, telemetry::trace_id};
use shared_schema::{ENVELOPE_VERSION, Event, FeedId, Publication, Signal, channel};

/// Content of one publication, in bytes, after which another one begins: whoever listens takes it as a whole, and Redis
/// cuts off a listener for whom too much waits.
const LARGEST: usize = 64 * 1024;

/// What an event takes besides the text of its message, more or less.
const EVENT_BYTES: usize = 600;

/// What happened in one feed.
#[derive(Default)]
struct News {
    /// Of the request that caused the first of it, if it is not the request that publishes.
    trace: Option<String>,
    events: Vec<Event>,
    signals: Vec<Signal>,
}

/// Events and signals, by the feed on whose channel they are published.
#[derive(Default)]
pub struct Hints(BTreeMap<FeedId, News>);

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
            self.add(event, None);
        }
        self
    }

    /// Adds an event that the request of this trace caused.
    pub fn add(&mut self, event: Event, trace: Option<&str>) {
        let news = self.0.entry(event.feed).or_default();
        if news.events.is_empty() {
            news.trace = trace.map(str::to_owned);
        }
        news.events.push(event);
    }

    /// Adds a live fact about a chat.
    #[must_use]
    pub fn signal(mut self, feed: impl Into<FeedId>, signal: Signal) -> Self {
        self.0.entry(feed.into()).or_default().signals.push(signal);
        self
    }

    /// Hands everything over, one message per channel, or a few where one would be too large. Never waits and never
    /// fails.
    pub fn publish(self, publisher: &Publisher) {
        for (feed, news) in self.0 {
            let trace = news.trace.or_else(trace_id);
            let mut signals = news.signals;
            for events in split(news.events) {
                let publication = Publication {
                    v: ENVELOPE_VERSION,
                    trace: trace.clone(),
                    events,
                    signals: std::mem::take(&mut signals),
                };
                match serde_json::to_vec(&publication) {
                    Ok(payload) => publisher.publish(channel(feed), payload),
                    Err(error) => tracing::error!(%error, %feed, "a publication cannot be encoded"),
                }
            }
        }
    }
}

/// The same events in the same order, in pieces that are not too large. At least one piece, which may be empty.
fn split(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut pieces = vec![vec![]];
    let mut room = LARGEST;
    for event in events {
        let message = event.change.message();
        let content = message.and_then(|message| message.content.as_ref());
        let size = EVENT_BYTES + content.map_or(0, String::len);
        if size > room && pieces.last().is_some_and(|piece| !piece.is_empty()) {
            pieces.push(vec![]);
            room = LARGEST;
        }
        room = room.saturating_sub(size);
        if let Some(piece) = pieces.last_mut() {
            piece.push(event);
        }
    }
    pieces
}

/// How long a probe waits for Redis: it must not make the answer about everything else late.
const PROBE: Duration = Duration::from_millis(100);

/// Asks whether Redis is there, for `/healthz`. Nothing depends on the answer.
#[derive(Clone)]
pub struct Probe(redis::Client);

impl Probe {
    pub fn new(args: &RedisArgs) -> Result<Self, StartError> {
        args.client().map(Self)
    }

    pub async fn ping(self) -> Result<(), String> {
        let answer = tokio::time::timeout(PROBE, async {
            let mut connection = self.0.get_multiplexed_async_connection().await?;
            redis::cmd("PING").exec_async(&mut connection).await
        });
        match answer.await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("no answer".into()),
        }
    }
}
