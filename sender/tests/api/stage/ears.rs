//! What Redis carries.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, PushInfo, PushKind, Value as Reply, aio::MultiplexedConnection,
};
use shared_schema::Publication;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(5);

/// Subscribed to the channels of some feeds.
pub struct Ears {
    pushes: UnboundedReceiver<PushInfo>,
    /// What `hear_event` has passed over.
    heard: Vec<(String, Publication)>,
    _connection: MultiplexedConnection,
}

impl Ears {
    pub async fn open(url: &str, feeds: &[&str]) -> Self {
        let client = redis::Client::open(format!("{url}?protocol=resp3")).unwrap();
        let (sender, pushes) = unbounded_channel();
        let config = AsyncConnectionConfig::new().set_push_sender(sender);
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .unwrap();
        for feed in feeds {
            redis::cmd("SSUBSCRIBE")
                .arg(format!("feed:{feed}"))
                .exec_async(&mut connection)
                .await
                .unwrap();
        }
        Self {
            pushes,
            heard: vec![],
            _connection: connection,
        }
    }

    /// The next publication, and its channel.
    pub async fn hear(&mut self) -> (String, Publication) {
        let heard = tokio::time::timeout(PATIENCE, self.next()).await;
        heard.expect("a publication within 5 s")
    }

    /// The publication with the event at this seq of this feed, in whatever order it comes.
    pub async fn hear_event(&mut self, feed: &str, seq: i64) -> Publication {
        let of: Uuid = feed.parse().unwrap();
        let mut passed = 0;
        loop {
            while let Some((channel, publication)) = self.heard.get(passed) {
                passed += 1;
                let mut events = publication.events.iter();
                if events.any(|event| event.feed.id() == of && event.seq == seq) {
                    assert_eq!(*channel, format!("feed:{feed}"));
                    return publication.clone();
                }
            }
            let next = tokio::time::timeout(PATIENCE, self.next()).await;
            self.heard
                .push(next.unwrap_or_else(|_| panic!("no publication of event {seq} of {feed}")));
        }
    }

    /// Whether anything is published within this time.
    pub async fn hears_within(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.next()).await.is_ok()
    }

    /// Passes over everything that has come so far.
    pub async fn forget(&mut self) {
        while self.hears_within(Duration::ZERO).await {}
    }

    /// The channels of what `hear_event` has listened to.
    pub fn channels(&self) -> Vec<&str> {
        self.heard
            .iter()
            .map(|(channel, _)| channel.as_str())
            .collect()
    }

    /// Nothing is published for a while.
    pub async fn silence(&mut self) {
        let heard = tokio::time::timeout(Duration::from_millis(200), self.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    async fn next(&mut self) -> (String, Publication) {
        loop {
            let push = self.pushes.recv().await.expect("the connection lives");
            if push.kind != PushKind::SMessage {
                continue;
            }
            let [Reply::BulkString(channel), Reply::BulkString(payload)] = push.data.as_slice()
            else {
                panic!("not a publication: {:?}", push.data);
            };
            let channel = String::from_utf8(channel.clone()).unwrap();
            return (channel, serde_json::from_slice(payload).unwrap());
        }
    }
}
