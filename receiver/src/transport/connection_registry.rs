//! All open connections of this process: how many there may be, and how a shutdown closes them.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chassis::{
    Limiter, Network, Subject,
    rate_limit::{Class, Rate},
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use shared_schema::UserId;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::close::Close;

/// How long a shutdown takes to close all sockets at most. Spread out, so that their clients do not all reconnect at
/// the same moment.
const DRAIN_SPREAD: Duration = Duration::from_secs(20);

/// Sockets closed per second, if that takes less than [`DRAIN_SPREAD`].
const MAX_CLOSED_PER_SECOND: usize = 100;

/// How long close handshakes may take after the last socket was closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Time after which a client may retry if the instance is full, spread so that not all of them retry at the same
/// moment.
pub(crate) fn retry_after() -> Duration {
    Duration::from_secs(rand::random_range(1..=10))
}

/// Bounds of the sockets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionArgs {
    /// Sockets of this process.
    pub(crate) max: usize,
    /// Maximum sockets opened per second, so that clients reconnecting after an outage are admitted at the pace at
    /// which they can catch up.
    pub(crate) upgrades_per_second: NonZeroU32,
    /// Limit of sockets opened from one network, so that no network uses up the rate of all.
    pub(crate) upgrades_per_address: Rate,
    /// Sockets of one user on this process.
    pub(crate) max_per_user: usize,
    /// How long a client may take to send `connection_init`.
    pub(crate) init_timeout: Duration,
    /// Time between two WebSocket pings. A socket with two unanswered ones is closed.
    pub(crate) ping: Duration,
    /// A socket whose client reads nothing for so long is closed.
    pub(crate) stall: Duration,
    /// Messages that a client may send in ten seconds.
    pub(crate) max_messages: u32,
    /// Operations that may run on one socket.
    pub(crate) max_operations: usize,
}

impl Default for ConnectionArgs {
    fn default() -> Self {
        Self {
            max: 10_000,
            upgrades_per_second: const { NonZeroU32::new(200).expect("200 is not zero") },
            upgrades_per_address: Rate::OFF,
            max_per_user: 20,
            init_timeout: Duration::from_secs(3),
            ping: Duration::from_secs(20),
            stall: Duration::from_secs(60),
            max_messages: 100,
            max_operations: 32,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: u16,
}

/// What the registry counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionMetrics {
    open: Gauge,
    opened: Counter,
    closed: Family<Code, Counter>,
    pub(crate) operations: Gauge,
}

impl ConnectionMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("sockets_open", "Open WebSockets", metrics.open.clone());
        registry.register(
            "sockets_opened",
            "WebSockets opened",
            metrics.opened.clone(),
        );
        registry.register(
            "sockets_closed",
            "WebSockets closed by the server, by close code",
            metrics.closed.clone(),
        );
        registry.register(
            "subscriptions",
            "Running subscriptions",
            metrics.operations.clone(),
        );
        metrics
    }

    pub(crate) fn closed(&self, close: Close) {
        self.closed
            .get_or_create(&Code { code: close.code() })
            .inc();
    }
}

/// The open connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ConnectionRegistry(Arc<Inner>);

struct Inner {
    args: ConnectionArgs,
    metrics: ConnectionMetrics,
    open: AtomicUsize,
    per_user: Mutex<HashMap<UserId, usize>>,
    /// One per open connection, cancelled when it has to close.
    closing: Mutex<HashMap<u64, CancellationToken>>,
    next: AtomicUsize,
    draining: CancellationToken,
    limiter: Limiter,
    upgrades_of_network: Class,
    upgrades: DefaultDirectRateLimiter,
}

/// The permit of one open connection; returned when dropped.
pub(crate) struct ConnectionPermit {
    registry: ConnectionRegistry,
    key: u64,
    user: Option<UserId>,
    close: CancellationToken,
}

impl ConnectionRegistry {
    /// No connections yet.
    #[must_use]
    pub(crate) fn new(args: ConnectionArgs, metrics: ConnectionMetrics, limiter: &Limiter) -> Self {
        Self(Arc::new(Inner {
            limiter: limiter.clone(),
            upgrades_of_network: Class::new("upgrade", args.upgrades_per_address),
            args,
            metrics,
            open: AtomicUsize::new(0),
            per_user: Mutex::default(),
            closing: Mutex::default(),
            next: AtomicUsize::new(0),
            draining: CancellationToken::new(),
            upgrades: RateLimiter::direct(Quota::per_second(args.upgrades_per_second)),
        }))
    }

    pub(crate) fn args(&self) -> ConnectionArgs {
        self.0.args
    }

    pub(crate) fn metrics(&self) -> &ConnectionMetrics {
        &self.0.metrics
    }

    /// A permit for a connection whose client has not been authenticated yet, if its network has not opened too many.
    pub(crate) fn acquire_from(&self, network: Network) -> Option<ConnectionPermit> {
        let Inner {
            limiter,
            upgrades_of_network,
            ..
        } = &*self.0;
        let network = Subject::network(network);
        limiter.charge(upgrades_of_network, network, 1).ok()?;
        let permit = self.acquire();
        if permit.is_none() {
            limiter.refund(upgrades_of_network, network, 1);
        }
        permit
    }

    /// A permit for one more connection, unless there are too many, or too many were opened within this second.
    pub(crate) fn acquire(&self) -> Option<ConnectionPermit> {
        let inner = &self.0;
        if inner.draining.is_cancelled() || inner.upgrades.check().is_err() {
            return None;
        }
        let taken = inner
            .open
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
                (open < inner.args.max).then_some(open + 1)
            });
        taken.ok()?;
        inner.metrics.open.inc();
        inner.metrics.opened.inc();
        let key = inner.next.fetch_add(1, Ordering::Relaxed) as u64;
        let close = CancellationToken::new();
        lock(&inner.closing).insert(key, close.clone());
        Some(ConnectionPermit {
            registry: self.clone(),
            key,
            user: None,
            close,
        })
    }

    /// Closes all connections in random order, spread over time, and waits until they have ended.
    pub(crate) async fn drain(&self) {
        self.0.draining.cancel();
        // The iteration order of a map is random, as intended here.
        let closing: Vec<CancellationToken> = lock(&self.0.closing).values().cloned().collect();
        let count = u32::try_from(closing.len()).unwrap_or(u32::MAX).max(1);
        let per_second = u32::try_from(MAX_CLOSED_PER_SECOND).unwrap_or(1);
        let pause = (DRAIN_SPREAD / count).min(Duration::from_secs(1) / per_second);
        for close in closing {
            close.cancel();
            sleep(pause).await;
        }
        let gone = async {
            while self.0.open.load(Ordering::Acquire) > 0 {
                sleep(Duration::from_millis(10)).await;
            }
        };
        // Handshakes that take longer end with the process.
        drop(tokio::time::timeout(CLOSE_TIMEOUT, gone).await);
    }
}

impl ConnectionPermit {
    /// Counts the connection as this user's; false if they have too many already.
    pub(crate) fn assign_user(&mut self, user: UserId) -> bool {
        let mut per_user = lock(&self.registry.0.per_user);
        let count = per_user.entry(user).or_default();
        if *count >= self.registry.0.args.max_per_user {
            return false;
        }
        *count += 1;
        self.user = Some(user);
        true
    }

    /// Cancelled when this connection has to close.
    pub(crate) fn close_token(&self) -> CancellationToken {
        self.close.clone()
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let inner = &self.registry.0;
        inner.open.fetch_sub(1, Ordering::AcqRel);
        inner.metrics.open.dec();
        lock(&inner.closing).remove(&self.key);
        if let Some(user) = self.user {
            let mut per_user = lock(&inner.per_user);
            if let Some(count) = per_user.get_mut(&user) {
                *count -= 1;
                if *count == 0 {
                    per_user.remove(&user);
                }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
