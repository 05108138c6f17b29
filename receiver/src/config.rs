//! The receiver's configuration: the chassis' groups and its own bounds.

use std::{convert::Infallible, num::NonZeroU32, path::PathBuf, time::Duration};

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
    TokenArgs, millis,
};
use chassis::{
    StartError,
    postgres::{self, Pool},
    rate_limit::Rate,
};
use clap::{Args, Parser};
use secrecy::SecretString;

use crate::{
    live::{feeds::hub::HubArgs, shared_execution::subscription_quota::QuotaArgs},
    transport::connection_registry::ConnectionArgs,
};

/// Serves queries and live updates of chats. Reads only.
#[derive(Parser, Clone, Debug)]
#[command(name = "receiver", version)]
pub struct Config {
    /// Where to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database, as the role `antiphon_receiver`.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// The Redis that delivers publications.
    #[command(flatten)]
    pub redis: RedisArgs,
    /// Verification of access tokens.
    #[command(flatten)]
    pub tokens: TokenArgs,
    /// The GraphQL endpoint.
    #[command(flatten)]
    pub graphql: GraphqlArgs,
    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
    /// Shutdown.
    #[command(flatten)]
    pub drain: DrainArgs,
    /// Bounds of live delivery.
    #[command(flatten)]
    pub live: LiveArgs,
    /// The read replica.
    #[command(flatten)]
    pub replica: ReplicaArgs,
    /// Rate limits of root fields.
    #[command(flatten)]
    pub rates: RateArgs,
    /// Rate limits of searches.
    #[command(flatten)]
    pub searches: SearchArgs,
    /// The proxies that are believed about client addresses.
    #[command(flatten)]
    pub proxies: ProxyArgs,
}

/// Rate limits of searches.
#[derive(Args, Clone, Debug)]
pub struct SearchArgs {
    /// Searches of one user for public chats, such as `10/10s`: ten at once, then one per second. `off` is no limit.
    /// Counted by each instance for itself.
    #[arg(long, env = "SEARCHES_PER_USER", default_value_t = DEFAULT_SEARCHES)]
    pub searches_per_user: Rate,
}

/// Someone who types a name letter by letter searches some ten times.
const DEFAULT_SEARCHES: Rate = Rate::new(10, Duration::from_secs(10));

impl Default for SearchArgs {
    fn default() -> Self {
        Self {
            searches_per_user: DEFAULT_SEARCHES,
        }
    }
}

/// A read replica for queries.
#[derive(Args, Clone, Debug)]
pub struct ReplicaArgs {
    /// Postgres URL of a streaming replica. Queries read from it; live delivery stays on `DATABASE_URL`.
    #[arg(long, env = "DATABASE_REPLICA_URL", hide_env_values = true, value_parser = secret)]
    pub database_replica_url: Option<SecretString>,
    /// File that holds that URL; used when `DATABASE_REPLICA_URL` is not set.
    #[arg(long, env = "DATABASE_REPLICA_URL_FILE")]
    pub database_replica_url_file: Option<PathBuf>,
    /// Maximum lag of the replica, in milliseconds. A replica that is further behind is not used until it has caught up.
    #[arg(long, env = "REPLICA_MAX_LAG_MS", default_value = "5000", value_parser = millis)]
    pub replica_max_lag: Duration,
}

impl Default for ReplicaArgs {
    fn default() -> Self {
        Self {
            database_replica_url: None,
            database_replica_url_file: None,
            replica_max_lag: Duration::from_secs(5),
        }
    }
}

impl ReplicaArgs {
    /// The pool of the replica, bounded like the primary's; none without a replica.
    ///
    /// # Errors
    /// When the URL is not one, or its file cannot be read.
    pub(crate) fn connect(&self, primary: &PostgresArgs) -> Result<Option<Pool>, StartError> {
        if self.database_replica_url.is_none() && self.database_replica_url_file.is_none() {
            return Ok(None);
        }
        let args = PostgresArgs {
            database_url: self.database_replica_url.clone(),
            database_url_file: self.database_replica_url_file.clone(),
            ..primary.clone()
        };
        postgres::connect(&args, "receiver-queries")
            .map(Some)
            .map_err(|error| StartError::new(format!("DATABASE_REPLICA_URL: {error}")))
    }
}

fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

/// Bounds of live delivery.
#[derive(Args, Clone, Debug)]
pub struct LiveArgs {
    /// Maximum events in memory per watched feed, as long as their texts have no more than 1 MiB.
    #[arg(long, env = "FEED_WINDOW", default_value = "2048")]
    pub feed_window: usize,
    /// Maximum mebibytes of events in memory for all watched feeds together. Checked with every sweep.
    #[arg(long, env = "WINDOWS_MIB", default_value = "64")]
    pub windows_mib: usize,
    /// A client that missed more events than this has to fetch the current state instead.
    #[arg(long, env = "RESUME_LIMIT", default_value = "500")]
    pub resume_limit: i64,
    /// Maximum open WebSockets.
    #[arg(long, env = "MAX_SOCKETS", default_value = "10000")]
    pub max_sockets: usize,
    /// Maximum WebSockets opened per second. More are answered 503 with `Retry-After`.
    #[arg(long, env = "SOCKETS_PER_SECOND", default_value = "200")]
    pub sockets_per_second: NonZeroU32,
    /// WebSockets that one address may open, such as `100/5s`: a hundred at once, then twenty per second; an IPv6 address
    /// counts as its /64. More are answered 503 with `Retry-After`. `off` is no limit. Counted by each instance for
    /// itself.
    #[arg(long, env = "SOCKETS_PER_ADDRESS", default_value_t = DEFAULT_SOCKETS_PER_ADDRESS)]
    pub sockets_per_address: Rate,
    /// Maximum open WebSockets of one user: each tab of each device has one, and they spread over the receivers.
    #[arg(long, env = "MAX_SOCKETS_PER_USER", default_value = "20")]
    pub max_sockets_per_user: usize,
    /// Kibibytes that one user's running subscriptions may have this process keep, a byte of a document counted 50 times.
    #[arg(long, env = "SUBSCRIPTION_KIB_PER_USER", default_value = "8192")]
    pub subscription_kib_per_user: usize,
    /// Mebibytes that all running subscriptions may have this process keep, where those that are the same count once.
    #[arg(long, env = "SUBSCRIPTIONS_MIB", default_value = "256")]
    pub subscriptions_mib: usize,
    /// Time between WebSocket pings, in milliseconds; a client that misses two is gone.
    #[arg(long, env = "SOCKET_PING_MS", default_value = "20000", value_parser = millis)]
    pub socket_ping: Duration,
    /// How long a client may read nothing before its connection is closed, in milliseconds.
    #[arg(long, env = "SOCKET_STALL_MS", default_value = "60000", value_parser = millis)]
    pub socket_stall: Duration,
}

/// A whole office may come back at once. A few such addresses leave room for others.
const DEFAULT_SOCKETS_PER_ADDRESS: Rate = Rate::new(100, Duration::from_secs(5));

impl LiveArgs {
    pub(crate) fn hub(&self) -> HubArgs {
        HubArgs {
            window: self.feed_window,
            window_bytes: self.windows_mib.saturating_mul(1024 * 1024),
            resume_limit: self.resume_limit,
        }
    }

    pub(crate) fn quota(&self) -> QuotaArgs {
        QuotaArgs {
            max_per_user: self.subscription_kib_per_user.saturating_mul(1024),
            max_total: self.subscriptions_mib.saturating_mul(1024 * 1024),
        }
    }

    pub(crate) fn connections(&self) -> ConnectionArgs {
        ConnectionArgs {
            max: self.max_sockets,
            upgrades_per_second: self.sockets_per_second,
            upgrades_per_address: self.sockets_per_address,
            max_per_user: self.max_sockets_per_user,
            ping: self.socket_ping,
            stall: self.socket_stall,
            ..ConnectionArgs::default()
        }
    }
}

impl Default for LiveArgs {
    fn default() -> Self {
        let sockets = ConnectionArgs::default();
        Self {
            feed_window: 2048,
            windows_mib: 64,
            resume_limit: 500,
            max_sockets: sockets.max,
            sockets_per_second: sockets.upgrades_per_second,
            sockets_per_address: DEFAULT_SOCKETS_PER_ADDRESS,
            max_sockets_per_user: sockets.max_per_user,
            subscription_kib_per_user: 8192,
            subscriptions_mib: 256,
            socket_ping: sockets.ping,
            socket_stall: sockets.stall,
        }
    }
}
