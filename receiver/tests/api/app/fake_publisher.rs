//! Publishes on Redis what `sender` and `users` would, and what they would not.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection, cmd};
use shared_schema::{ENVELOPE_VERSION, Event, FeedRef, Publication, Signal};
use tokio::sync::Mutex;

/// Publishes events and signals, unless it is muted. Redis may be away: then nobody receives anything.
pub struct FakePublisher {
    client: Client,
    connection: Mutex<Option<MultiplexedConnection>>,
    muted: AtomicBool,
}

impl FakePublisher {
    pub fn new(url: &str) -> Self {
        Self {
            client: Client::open(url).unwrap(),
            connection: Mutex::default(),
            muted: AtomicBool::new(false),
        }
    }

    /// From here on what is written is not published, as when a sender dies right after its commit.
    pub fn mute(&self) {
        self.muted.store(true, Ordering::Relaxed);
    }

    /// From here on what is written is published again.
    pub fn unmute(&self) {
        self.muted.store(false, Ordering::Relaxed);
    }

    /// Publishes what a writer has just written, one publication per event.
    pub(super) async fn publish_events(&self, events: &[Event]) {
        if !self.muted.load(Ordering::Relaxed) {
            for event in events {
                self.publish(event.feed, std::slice::from_ref(event), &[])
                    .await;
            }
        }
    }

    /// Publishes a signal, unless muted.
    pub(super) async fn publish_signal(&self, feed: impl Into<FeedRef>, signal: Signal) {
        if !self.muted.load(Ordering::Relaxed) {
            self.publish(feed.into(), &[], &[signal]).await;
        }
    }

    /// Publishes this, whatever it is.
    pub async fn publish(&self, feed: FeedRef, events: &[Event], signals: &[Signal]) {
        let publication = Publication {
            v: ENVELOPE_VERSION,
            trace: None,
            events: events.to_vec(),
            signals: signals.to_vec(),
        };
        let text = serde_json::to_vec(&publication).unwrap();
        self.publish_bytes(&feed.channel(), &text).await;
    }

    /// Publishes bytes on a channel.
    pub async fn publish_bytes(&self, channel: &str, bytes: &[u8]) {
        let mut slot = self.connection.lock().await;
        for _ in 0..2 {
            if slot.is_none() {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(Duration::from_millis(100)))
                    .set_response_timeout(Some(Duration::from_millis(100)));
                *slot = self
                    .client
                    .get_multiplexed_async_connection_with_config(&config)
                    .await
                    .ok();
            }
            let Some(connection) = slot.as_mut() else {
                return;
            };
            let sent = cmd("SPUBLISH")
                .arg(channel)
                .arg(bytes)
                .exec_async(connection)
                .await;
            if sent.is_ok() {
                return;
            }
            *slot = None;
        }
    }
}
