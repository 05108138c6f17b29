//! The receiver's configuration: the chassis' groups and its own bounds.

use std::{convert::Infallible, num::NonZeroU32, path::PathBuf, time::Duration};

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
    TokenArgs, millis,
};
use chassis::{StartError, postgres, rate_limit::Rate};
use clap::{Args, Parser, value_parser};
use secrecy::SecretString;
use shared_schema::MAX_RECEIPT_PARTICIPANTS;

use crate::{
    databases::database::Pools,
    live::{feeds::hub::HubArgs, shared_execution::subscription_quota::QuotaArgs},
    transport::connection_registry::ConnectionArgs,
};

/// The receiver service of Antiphon: queries and live updates of chats. It only reads.
#[derive(Parser, Clone, Debug)]
#[command(name = "receiver", version)]
pub struct Config {
    /// Address, port and bounds of connections.
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
    /// Receipts of messages.
    #[command(flatten)]
    pub receipts: ReceiptArgs,
    /// The proxies that are trusted about client addresses.
    #[command(flatten)]
    pub proxies: ProxyArgs,
}

/// Receipts of messages.
#[derive(Args, Clone, Debug)]
pub struct ReceiptArgs {
    /// Maximum participants of a chat in which messages are shown as delivered and read. 0 switches receipts off, and 100 is
    /// the maximum. Must be the same for senders and receivers.
    #[arg(long, env = "MAX_RECEIPT_PARTICIPANTS", default_value_t = MAX_RECEIPT_PARTICIPANTS, value_parser = value_parser!(i32).range(0..=100))]
    pub max_receipt_participants: i32,
}

impl Default for ReceiptArgs {
    fn default() -> Self {
        Self {
            max_receipt_participants: MAX_RECEIPT_PARTICIPANTS,
        }
    }
}

/// Rate limits of searches.
#[derive(Args, Clone, Debug)]
pub struct SearchArgs {
    /// Rate limit of each user's searches for public chats, such as `10/10s`: a burst of ten, then one per second.
    /// `off` disables the limit. Each instance counts for itself.
    #[arg(long, env = "SEARCHES_PER_USER", default_value_t = DEFAULT_SEARCHES)]
    pub searches_per_user: Rate,
    /// Rate limit of each user's searches in messages, such as `5/5s`: a burst of five, then one per second. `off` disables
    /// the limit. Each instance counts for itself.
    #[arg(long, env = "MESSAGE_SEARCHES_PER_USER", default_value_t = DEFAULT_MESSAGE_SEARCHES)]
    pub message_searches_per_user: Rate,
}

/// Typing a name letter by letter takes about ten searches.
const DEFAULT_SEARCHES: Rate = Rate::new(10, Duration::from_secs(10));

/// A search in messages may take some 250 ms of Postgres.
const DEFAULT_MESSAGE_SEARCHES: Rate = Rate::new(5, Duration::from_secs(5));

impl Default for SearchArgs {
    fn default() -> Self {
        Self {
            searches_per_user: DEFAULT_SEARCHES,
            message_searches_per_user: DEFAULT_MESSAGE_SEARCHES,
        }
    }
}

/// A read replica for queries.
#[derive(Args, Clone, Debug)]
pub struct ReplicaArgs {
    /// Postgres URL of a streaming replica. Queries read from the replica; live delivery always reads from
    /// `DATABASE_URL`.
    #[arg(long, env = "DATABASE_REPLICA_URL", hide_env_values = true, value_parser = secret)]
    pub database_replica_url: Option<SecretString>,
    /// File that contains that URL; used if `DATABASE_REPLICA_URL` is not set.
    #[arg(long, env = "DATABASE_REPLICA_URL_FILE")]
    pub database_replica_url_file: Option<PathBuf>,
    /// Maximum lag of the replica, in milliseconds. Queries read from the primary while the replica is further behind.
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
    /// The pools of the replica, bounded like the primary's; none without a replica.
    ///
    /// # Errors
    /// When the URL is not one, or its file cannot be read.
    pub(crate) fn connect(&self, primary: &PostgresArgs) -> Result<Option<Pools>, StartError> {
        if self.database_replica_url.is_none() && self.database_replica_url_file.is_none() {
            return Ok(None);
        }
        let args = PostgresArgs {
            database_url: self.database_replica_url.clone(),
            database_url_file: self.database_replica_url_file.clone(),
            ..primary.clone()
        };
        pools(&args, "receiver-queries")
            .map(Some)
            .map_err(|error| StartError::new(format!("DATABASE_REPLICA_URL: {error}")))
    }
}

/// Connections for searches in messages to one Postgres, and the time that a statement of theirs may take.
const MAX_SEARCH_CONNECTIONS: usize = 4;
const SEARCH_STATEMENT_TIMEOUT: Duration = Duration::from_secs(1);

/// The pools of one Postgres.
///
/// # Errors
/// When its URL is missing or cannot be understood.
pub(crate) fn pools(args: &PostgresArgs, application_name: &str) -> Result<Pools, StartError> {
    let searches = PostgresArgs {
        db_pool_max: Some(MAX_SEARCH_CONNECTIONS),
        db_statement_timeout: args.db_statement_timeout.min(SEARCH_STATEMENT_TIMEOUT),
        ..args.clone()
    };
    Ok(Pools {
        pool: postgres::connect(args, application_name)?,
        searches: postgres::connect(&searches, "receiver-searches")?,
    })
}

fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

/// Bounds of live delivery.
#[derive(Args, Clone, Debug)]
pub struct LiveArgs {
    /// Maximum number of recent events kept in memory for each watched feed. Their texts may take at most 1 MiB.
    #[arg(long, env = "FEED_WINDOW", default_value = "2048")]
    pub feed_window: usize,
    /// Maximum memory for the recent events of all watched feeds together, in MiB. Enforced once per sweep.
    #[arg(long, env = "WINDOWS_MIB", default_value = "64")]
    pub windows_mib: usize,
    /// Maximum number of missed events that are replayed to a client. A client that missed more must fetch the current
    /// state instead.
    #[arg(long, env = "RESUME_LIMIT", default_value = "500")]
    pub resume_limit: i64,
    /// Maximum number of open WebSockets.
    #[arg(long, env = "MAX_SOCKETS", default_value = "10000")]
    pub max_sockets: usize,
    /// Maximum number of WebSockets opened per second. Further upgrade requests are answered with 503 and
    /// `Retry-After`.
    #[arg(long, env = "SOCKETS_PER_SECOND", default_value = "200")]
    pub sockets_per_second: NonZeroU32,
    /// Rate limit of WebSockets opened by one address, such as `100/5s`: a burst of a hundred, then twenty per second.
    /// An IPv6 address counts as its /64 network. Further upgrade requests are answered with 503 and `Retry-After`.
    /// `off` disables the limit. Each instance counts for itself.
    #[arg(long, env = "SOCKETS_PER_ADDRESS", default_value_t = DEFAULT_SOCKETS_PER_ADDRESS)]
    pub sockets_per_address: Rate,
    /// Maximum number of open WebSockets of one user in this process. Every tab on every device opens one.
    #[arg(long, env = "MAX_SOCKETS_PER_USER", default_value = "20")]
    pub max_sockets_per_user: usize,
    /// Memory budget for the running subscriptions of one user, in KiB. A subscription is charged 50 times the size of
    /// its document.
    #[arg(long, env = "SUBSCRIPTION_KIB_PER_USER", default_value = "8192")]
    pub subscription_kib_per_user: usize,
    /// Memory budget for all running subscriptions, in MiB. Identical subscriptions are charged once.
    #[arg(long, env = "SUBSCRIPTIONS_MIB", default_value = "256")]
    pub subscriptions_mib: usize,
    /// Time between WebSocket pings, in milliseconds. The connection is closed after two unanswered pings.
    #[arg(long, env = "SOCKET_PING_MS", default_value = "20000", value_parser = millis)]
    pub socket_ping: Duration,
    /// Time after which the connection of a client that reads nothing is closed, in milliseconds.
    #[arg(long, env = "SOCKET_STALL_MS", default_value = "60000", value_parser = millis)]
    pub socket_stall: Duration,
}

/// All clients of an office that share one address may reconnect at once. A few such addresses leave room for others.
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
