//! The only Redis commands of the receiver: one connection that hears the channels of the watched feeds.
//!
//! Redis may be absent, slow, flushed or wrong at any time; all that is lost then is speed. The connection is made by
//! hand rather than by a self-healing manager, because a silent dead connection is the one failure that matters here: a
//! `PING` every second finds it, everything is subscribed anew, and a sweep follows at once.

use std::time::Duration;

use chassis::{StartError, config::RedisArgs};
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use redis::{
    AsyncConnectionConfig, Client, ProtocolVersion, PushInfo, PushKind, RedisError, Value,
    aio::MultiplexedConnection, cmd,
};
use shared_schema::{FeedId, Publication, channel};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep},
};

use super::feeds::hub::{Hub, Interest};

/// Between two proofs of life.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two attempts to connect.
const RETRY: Duration = Duration::from_millis(250);

/// Channels per SSUBSCRIBE.
const CHUNK: usize = 500;

/// What the listener counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct HintMetrics {
    connected: Gauge,
    reconnects: Counter,
    heard: Counter,
    unreadable: Counter,
}

impl HintMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "redis_connected",
            "Whether hints can arrive",
            metrics.connected.clone(),
        );
        registry.register(
            "redis_connects",
            "Connections made to Redis",
            metrics.reconnects.clone(),
        );
        registry.register("hints", "Messages heard from Redis", metrics.heard.clone());
        registry.register(
            "hints_unreadable",
            "Messages from Redis that are not ours",
            metrics.unreadable.clone(),
        );
        metrics
    }
}

/// The listener, ready to run.
pub(crate) struct Hints {
    client: Client,
    hub: Hub,
    interest: mpsc::UnboundedReceiver<Interest>,
    connected: watch::Sender<bool>,
    metrics: HintMetrics,
}

impl Hints {
    /// A listener for the feeds of `hub`.
    ///
    /// # Errors
    /// When the URL is missing or is not one.
    pub(crate) fn new(
        args: &RedisArgs,
        hub: Hub,
        interest: mpsc::UnboundedReceiver<Interest>,
        metrics: HintMetrics,
    ) -> Result<Self, StartError> {
        let info = args.connection_info()?;
        // Pushes need RESP3, whatever the URL says.
        let settings = info
            .redis_settings()
            .clone()
            .set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))
            .map_err(|_| StartError::new("REDIS_URL: not a Redis URL"))?;
        Ok(Self {
            client,
            hub,
            interest,
            connected: watch::Sender::new(false),
            metrics,
        })
    }

    /// Whether hints arrive; changes with the connection.
    #[must_use]
    pub(crate) fn connected(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    /// Listens, and connects anew, until the hub is gone.
    pub(crate) async fn run(mut self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::warn!(%error, "Redis is away; the sweep takes over");
            }
            self.connected.send_replace(false);
            self.metrics.connected.set(0);
            // Whoever watches a new feed meanwhile must not wait for a channel.
            let pause = sleep(RETRY);
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    interest = self.interest.recv() => match interest {
                        Some(Interest::Follow(_, confirm)) => answer(confirm),
                        Some(Interest::Unfollow(_)) => {}
                        None => return,
                    },
                }
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a full queue could only lose hints; the loop below empties it as they come"
    )]
    async fn listen(&mut self) -> Result<(), RedisError> {
        let (sender, mut pushes) = mpsc::unbounded_channel();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_push_sender(sender);
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        self.metrics.reconnects.inc();
        for feeds in self.hub.watched().chunks(CHUNK) {
            subscribe(&mut connection, feeds).await?;
        }
        // Waiting sweepers wake up: what was published while nobody listened is found now.
        self.connected.send_replace(true);
        self.metrics.connected.set(1);
        tracing::info!("hearing hints from Redis");

        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                push = pushes.recv() => match push {
                    Some(PushInfo { kind: PushKind::Disconnection, .. }) | None => return Ok(()),
                    Some(push) => self.hear(push),
                },
                interest = self.interest.recv() => match interest {
                    Some(Interest::Follow(feeds, confirm)) => {
                        for feeds in feeds.chunks(CHUNK) {
                            subscribe(&mut connection, feeds).await?;
                        }
                        answer(confirm);
                    }
                    Some(Interest::Unfollow(feed)) => {
                        cmd("SUNSUBSCRIBE").arg(channel(feed)).exec_async(&mut connection).await?;
                    }
                    None => return Ok(()),
                },
                _ = heartbeat.tick() => cmd("PING").exec_async(&mut connection).await?,
            }
        }
    }

    fn hear(&self, push: PushInfo) {
        if push.kind != PushKind::SMessage {
            return;
        }
        let [Value::BulkString(name), Value::BulkString(payload)] = push.data.as_slice() else {
            return;
        };
        self.metrics.heard.inc();
        let feed = std::str::from_utf8(name)
            .ok()
            .and_then(|name| name.strip_prefix("feed:"))
            .and_then(|id| id.parse::<FeedId>().ok());
        match (feed, serde_json::from_slice::<Publication>(payload)) {
            (Some(feed), Ok(publication)) => self.hub.hear(feed, publication),
            (_, parsed) => {
                self.metrics.unreadable.inc();
                tracing::warn!(error = ?parsed.err(), "a message on Redis that is not ours");
            }
        }
    }
}

/// Whoever asked may have stopped waiting.
fn answer(confirm: oneshot::Sender<()>) {
    let _ = confirm.send(());
}

async fn subscribe(
    connection: &mut MultiplexedConnection,
    feeds: &[FeedId],
) -> Result<(), RedisError> {
    let channels: Vec<String> = feeds.iter().map(|&feed| channel(feed)).collect();
    cmd("SSUBSCRIBE").arg(channels).exec_async(connection).await
}
