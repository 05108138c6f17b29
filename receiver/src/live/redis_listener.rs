//! The only Redis commands of the receiver: one connection that subscribes to the channels of the watched feeds.
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
use shared_schema::{FeedRef, Received};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep},
};

use super::feeds::hub::{ChannelChange, Hub};

/// Time between two `PING`s.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// How long Redis may take to answer.
const REDIS_TIMEOUT: Duration = Duration::from_secs(1);

/// Time between two attempts to connect.
const RECONNECT_DELAY: Duration = Duration::from_millis(250);

/// Channels per SSUBSCRIBE.
const SUBSCRIBE_BATCH_SIZE: usize = 500;

/// What the listener counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RedisMetrics {
    connected: Gauge,
    connects: Counter,
    messages: Counter,
    unreadable: Counter,
}

impl RedisMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "redis_connected",
            "Whether Redis is connected (1) or not (0)",
            metrics.connected.clone(),
        );
        registry.register(
            "redis_connects",
            "Connections made to Redis",
            metrics.connects.clone(),
        );
        registry.register(
            "hints",
            "Publications received from Redis",
            metrics.messages.clone(),
        );
        registry.register(
            "hints_unreadable",
            "Messages from Redis that are not publications",
            metrics.unreadable.clone(),
        );
        metrics
    }
}

/// The listener, ready to run.
pub(crate) struct RedisListener {
    client: Client,
    hub: Hub,
    channel_changes: mpsc::UnboundedReceiver<ChannelChange>,
    connected: watch::Sender<bool>,
    metrics: RedisMetrics,
}

impl RedisListener {
    /// A listener for the feeds of `hub`.
    ///
    /// # Errors
    /// When the URL is missing or is not one.
    pub(crate) fn new(
        args: &RedisArgs,
        hub: Hub,
        channel_changes: mpsc::UnboundedReceiver<ChannelChange>,
        metrics: RedisMetrics,
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
            channel_changes,
            connected: watch::Sender::new(false),
            metrics,
        })
    }

    /// Whether Redis is connected.
    #[must_use]
    pub(crate) fn connected(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    /// Listens, and connects anew, until the hub is gone.
    pub(crate) async fn run(mut self) {
        loop {
            if let Err(error) = self.listen().await {
                tracing::warn!(%error, "Redis is unavailable; relying on sweeps");
            }
            self.connected.send_replace(false);
            self.metrics.connected.set(0);
            // New watchers must not wait for a channel meanwhile.
            let delay = sleep(RECONNECT_DELAY);
            tokio::pin!(delay);
            loop {
                tokio::select! {
                    () = &mut delay => break,
                    channel_changes = self.channel_changes.recv() => match channel_changes {
                        Some(ChannelChange::Subscribe(_, confirm)) => acknowledge(confirm),
                        Some(ChannelChange::Unsubscribe(_)) => {}
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
            .set_connection_timeout(Some(REDIS_TIMEOUT))
            .set_response_timeout(Some(REDIS_TIMEOUT))
            .set_push_sender(sender);
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        self.metrics.connects.inc();
        for feeds in self.hub.watched().chunks(SUBSCRIBE_BATCH_SIZE) {
            subscribe(&mut connection, feeds).await?;
        }
        // Wakes the sweep, which finds what was published while there was no connection.
        self.connected.send_replace(true);
        self.metrics.connected.set(1);
        tracing::info!("receiving publications from Redis");

        let mut heartbeat = interval(PING_INTERVAL);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                push = pushes.recv() => match push {
                    Some(PushInfo { kind: PushKind::Disconnection, .. }) | None => return Ok(()),
                    Some(push) => self.handle_push(push),
                },
                channel_changes = self.channel_changes.recv() => match channel_changes {
                    Some(ChannelChange::Subscribe(feeds, confirm)) => {
                        for feeds in feeds.chunks(SUBSCRIBE_BATCH_SIZE) {
                            subscribe(&mut connection, feeds).await?;
                        }
                        acknowledge(confirm);
                    }
                    Some(ChannelChange::Unsubscribe(feed)) => {
                        cmd("SUNSUBSCRIBE").arg(feed.channel()).exec_async(&mut connection).await?;
                    }
                    None => return Ok(()),
                },
                _ = heartbeat.tick() => cmd("PING").exec_async(&mut connection).await?,
            }
        }
    }

    fn handle_push(&self, push: PushInfo) {
        if push.kind != PushKind::SMessage {
            return;
        }
        let [Value::BulkString(name), Value::BulkString(payload)] = push.data.as_slice() else {
            return;
        };
        self.metrics.messages.inc();
        let feed = std::str::from_utf8(name)
            .ok()
            .and_then(FeedRef::id_of_channel);
        match (feed, Received::read(payload)) {
            (Some(feed), Ok(received)) => self.hub.apply_publication(feed, received),
            (_, parsed) => {
                self.metrics.unreadable.inc();
                tracing::warn!(error = ?parsed.err(), "a message from Redis is not a publication");
            }
        }
    }
}

/// The watcher may have stopped waiting.
fn acknowledge(confirm: oneshot::Sender<()>) {
    let _ = confirm.send(());
}

async fn subscribe(
    connection: &mut MultiplexedConnection,
    feeds: &[FeedRef],
) -> Result<(), RedisError> {
    let channels: Vec<String> = feeds.iter().map(|feed| feed.channel()).collect();
    cmd("SSUBSCRIBE").arg(channels).exec_async(connection).await
}
