//! Best-effort publishing to Redis, outside of every request.
//!
//! Invariant: nothing waits for a publication, and nothing fails because of one. The queue is bounded and drops its
//! oldest entries first; a publication that Redis does not accept within [`REDIS_TIMEOUT`] is counted, logged and
//! dropped. So a publication is only a hint, and subscribers must be able to do without it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::{metrics::counter::Counter, registry::Registry};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{config::groups::RedisArgs, error::StartError};

/// Publishes that may wait. At a thousand a second this is ten seconds of an absent Redis.
const QUEUE: usize = 10_000;

/// Publishes that share one round trip.
const BATCH: u64 = 64;

/// How long Redis may take, to connect or to answer.
const REDIS_TIMEOUT: Duration = Duration::from_millis(100);

/// The pause after a failure, so that an absent Redis costs nothing.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Clone)]
struct Entry {
    channel: Arc<str>,
    payload: Arc<[u8]>,
}

/// Publishes to Redis in the background. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    // A broadcast channel with one receiver is a bounded queue that forgets its oldest entries.
    queue: broadcast::Sender<Entry>,
    waiting: Arc<AtomicU64>,
}

#[derive(Clone, Default)]
struct Counters {
    published: Counter,
    failed: Counter,
    dropped: Counter,
}

impl Publisher {
    /// Starts publishing in the background. Redis need not be there yet.
    ///
    /// # Errors
    /// When the URL is missing or is not one, or the password's file cannot be read.
    pub fn start(args: &RedisArgs, registry: &mut Registry) -> Result<Self, StartError> {
        let client = args.client()?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(REDIS_TIMEOUT))
            .set_response_timeout(Some(REDIS_TIMEOUT))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client, config)
            .map_err(|error| StartError::new(format!("REDIS_URL: {error}")))?;

        let counters = Counters::default();
        registry.register(
            "published",
            "Messages that Redis accepted",
            counters.published.clone(),
        );
        registry.register(
            "publish_failed",
            "Messages that Redis did not accept",
            counters.failed.clone(),
        );
        registry.register(
            "publish_dropped",
            "Messages dropped because they waited too long for Redis",
            counters.dropped.clone(),
        );

        let (queue, entries) = broadcast::channel(QUEUE);
        let waiting = Arc::default();
        tokio::spawn(work(entries, connection, counters, Arc::clone(&waiting)));
        Ok(Self { queue, waiting })
    }

    /// Hands a message over. Returns at once.
    pub fn publish(&self, channel: impl Into<Arc<str>>, payload: impl Into<Arc<[u8]>>) {
        let entry = Entry {
            channel: channel.into(),
            payload: payload.into(),
        };
        self.waiting.fetch_add(1, Ordering::AcqRel);
        // The receiver lives as long as any sender, so this can only fail while the runtime goes down.
        if self.queue.send(entry).is_err() {
            tracing::debug!("the publisher has stopped");
        }
    }

    /// Waits until everything handed over so far has been tried, at most for `limit`.
    pub async fn flush(&self, limit: Duration) {
        let drained = async {
            while self.waiting.load(Ordering::Acquire) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(limit, drained).await.is_err() {
            tracing::warn!(
                left = self.waiting.load(Ordering::Acquire),
                "stopped while publications were still waiting; sweeps will find their events"
            );
        }
    }
}

/// Ends when the last [`Publisher`] is gone.
async fn work(
    mut entries: broadcast::Receiver<Entry>,
    connection: ConnectionManager,
    counters: Counters,
    waiting: Arc<AtomicU64>,
) {
    loop {
        let first = match entries.recv().await {
            Ok(entry) => entry,
            Err(RecvError::Lagged(lost)) => {
                counters.dropped.inc_by(lost);
                waiting.fetch_sub(lost, Ordering::AcqRel);
                tracing::warn!(
                    lost,
                    "Redis is too slow; dropped the oldest waiting publications"
                );
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let mut batch = redis::pipe();
        batch.spublish(&*first.channel, &*first.payload).ignore();
        let mut count: u64 = 1;
        while count < BATCH
            && let Ok(entry) = entries.try_recv()
        {
            batch.spublish(&*entry.channel, &*entry.payload).ignore();
            count += 1;
        }
        let sent = batch.exec_async(&mut connection.clone()).await;
        waiting.fetch_sub(count, Ordering::AcqRel);
        match sent {
            Ok(()) => {
                counters.published.inc_by(count);
            }
            Err(error) => {
                counters.failed.inc_by(count);
                tracing::warn!(%error, count, "Redis did not accept a publication");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
