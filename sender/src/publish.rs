//! What Redis is told after a commit. It is a hint: the receivers' sweep finds what it loses.

use std::{collections::BTreeMap, time::Duration};

use chassis::{StartError, config::RedisArgs, publisher::Publisher, telemetry::trace_id};
use secrecy::ExposeSecret;
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

/// How long a probe waits for Redis: it must not make the answer about everything else late.
const PROBE: Duration = Duration::from_millis(100);

/// Asks whether Redis is there, for `/healthz`. Nothing depends on the answer.
#[derive(Clone)]
pub struct Probe(redis::Client);

impl Probe {
    pub fn new(args: &RedisArgs) -> Result<Self, StartError> {
        let url = args.resolve_url()?;
        redis::Client::open(url.expose_secret())
            .map(Self)
            .map_err(|error| StartError::new(format!("REDIS_URL: {error}")))
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
