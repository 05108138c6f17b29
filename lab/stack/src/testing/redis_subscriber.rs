//! Receives what services publish on Redis.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, PushInfo, PushKind, Value};
use shared_schema::{FeedRef, Publication};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// How long what must come may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long nothing must come, to count as silence.
const SILENCE: Duration = Duration::from_millis(200);

/// Subscribed to channels of Redis.
pub struct RedisSubscriber {
    pushes: UnboundedReceiver<PushInfo>,
    /// What `event` has passed over.
    received: Vec<(String, Publication)>,
    _connection: MultiplexedConnection,
}

impl RedisSubscriber {
    /// Subscribes to these channels.
    ///
    /// # Panics
    /// When Redis refuses it.
    pub async fn subscribe(url: &str, channels: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let separator = if url.contains('?') { '&' } else { '?' };
        let client = Client::open(format!("{url}{separator}protocol=resp3"));
        let client = client.unwrap_or_else(|cause| panic!("{url}: {cause}"));
        let (sender, pushes) = unbounded_channel();
        let config = AsyncConnectionConfig::new().set_push_sender(sender);
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        let mut connection = connection
            .await
            .unwrap_or_else(|cause| panic!("{url}: {cause}"));
        for channel in channels {
            let mut subscribe = redis::cmd("SSUBSCRIBE");
            subscribe.arg(channel.as_ref());
            let subscribed = subscribe.exec_async(&mut connection).await;
            subscribed.unwrap_or_else(|cause| panic!("{}: {cause}", channel.as_ref()));
        }
        Self {
            pushes,
            received: vec![],
            _connection: connection,
        }
    }

    /// Subscribes to the channels of these feeds, given by their ids.
    ///
    /// # Panics
    /// When Redis refuses it.
    pub async fn of_feeds(url: &str, feeds: &[&str]) -> Self {
        Self::subscribe(url, feeds.iter().map(|feed| format!("feed:{feed}"))).await
    }

    /// The next message, if one comes within this time.
    ///
    /// # Panics
    /// When the connection breaks.
    pub async fn message_within(&mut self, time: Duration) -> Option<Vec<u8>> {
        let message = timeout(time, self.next()).await.ok();
        message.map(|(_, payload)| payload)
    }

    /// The next publication, and its channel.
    ///
    /// # Panics
    /// When none comes.
    pub async fn publication(&mut self) -> (String, Publication) {
        let message = timeout(TIMEOUT, self.next()).await;
        let (channel, payload) = message.expect("a publication in time");
        let publication = serde_json::from_slice(&payload);
        let publication = publication.unwrap_or_else(|cause| panic!("{channel}: {cause}"));
        (channel, publication)
    }

    /// The publication with the event at this seq of this feed, in whatever order it comes.
    ///
    /// # Panics
    /// When it does not come, or on another channel.
    pub async fn event(&mut self, feed: &str, seq: i64) -> Publication {
        let is_of_feed = |of: FeedRef| of.id().to_string() == feed;
        let mut passed = 0;
        loop {
            while let Some((channel, publication)) = self.received.get(passed) {
                passed += 1;
                let mut events = publication.events.iter();
                if events.any(|event| is_of_feed(event.feed) && event.seq == seq) {
                    assert_eq!(*channel, format!("feed:{feed}"));
                    return publication.clone();
                }
            }
            let next = self.publication().await;
            self.received.push(next);
        }
    }

    /// Whether anything is published within this time.
    ///
    /// # Panics
    /// When the connection breaks.
    pub async fn hears_within(&mut self, time: Duration) -> bool {
        self.message_within(time).await.is_some()
    }

    /// Passes over everything that has come so far.
    ///
    /// # Panics
    /// When the connection breaks.
    pub async fn skip_received(&mut self) {
        while self.hears_within(Duration::ZERO).await {}
    }

    /// The channels of what `event` has received.
    pub fn channels(&self) -> Vec<&str> {
        let channels = self.received.iter().map(|(channel, _)| channel.as_str());
        channels.collect()
    }

    /// Asserts that nothing is published for a while.
    ///
    /// # Panics
    /// When something is.
    pub async fn assert_silence(&mut self) {
        let received = timeout(SILENCE, self.next()).await;
        let received = received
            .map(|(channel, payload)| (channel, String::from_utf8_lossy(&payload).into_owned()));
        assert!(received.is_err(), "{received:?}");
    }

    async fn next(&mut self) -> (String, Vec<u8>) {
        loop {
            let push = self.pushes.recv().await.expect("the connection lives");
            if push.kind != PushKind::SMessage {
                continue;
            }
            let [Value::BulkString(channel), Value::BulkString(payload)] = push.data.as_slice()
            else {
                panic!("not a message: {:?}", push.data);
            };
            let channel = String::from_utf8_lossy(channel).into_owned();
            return (channel, payload.clone());
        }
    }
}
