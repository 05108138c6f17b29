//! What Redis carries.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, PushInfo, PushKind, Value as Reply, aio::MultiplexedConnection,
};
use shared_schema::{FeedId, Publication, channel};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Subscribed to the channels of some feeds.
pub struct Ears {
    pushes: UnboundedReceiver<PushInfo>,
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
            let feed: FeedId = feed.parse().unwrap();
            redis::cmd("SSUBSCRIBE")
                .arg(channel(feed))
                .exec_async(&mut connection)
                .await
                .unwrap();
        }
        Self {
            pushes,
            _connection: connection,
        }
    }

    /// The next publication, and its channel.
    pub async fn hear(&mut self) -> (String, Publication) {
        let heard = tokio::time::timeout(Duration::from_secs(5), self.next()).await;
        heard.expect("a publication within 5 s")
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
