//! The environment into which faults are injected: the stack, and what the lab adds to it.

mod clocks;
mod proxies;
mod replication_pair;
mod small_disk;

use std::path::PathBuf;

use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::stack::{Options, Stack};

pub use clocks::Clocks;
pub use proxies::{Dependency, ServiceProxies};
pub use replication_pair::ReplicationPair;
pub use small_disk::SmallDisk;

/// What a row of the matrix needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnvironmentKind {
    /// The stack as it is.
    Plain,
    /// Sockets whose client does not read are closed after eight seconds instead of sixty.
    ShortStallLimit,
    /// Each instance reaches Postgres and Redis through its own proxies.
    Proxied,
    /// The same, with a second Postgres as standby.
    Replicated,
    /// Each instance has a clock that can be set.
    SettableClocks,
    /// Postgres has a small disk of its own.
    SmallDisk,
}

/// A running system under test.
pub struct FaultEnvironment {
    /// The services and their servers.
    pub stack: Stack,
    /// Proxies in front of Postgres and Redis.
    pub proxies: Option<ServiceProxies>,
    /// The primary and its standby.
    pub replication_pair: Option<ReplicationPair>,
    /// Clocks that can be set.
    pub clocks: Option<Clocks>,
    /// The disk of Postgres. After the stack, because it must be unmounted last.
    pub disk: Option<SmallDisk>,
    kind: EnvironmentKind,
}

/// Settings of all environments of a run.
#[derive(Clone, Debug)]
pub struct EnvironmentSettings {
    /// Whether to start Redis.
    pub with_redis: bool,
    /// Directory for histories and logs.
    pub directory: PathBuf,
    /// Seed of the damage to messages.
    pub seed: u64,
}

impl FaultEnvironment {
    /// Starts an environment.
    pub async fn start(
        kind: EnvironmentKind,
        settings: &EnvironmentSettings,
    ) -> Result<FaultEnvironment, Error> {
        let mut options = Options {
            with_redis: settings.with_redis,
            ..Options::for_tests()
        };
        // The job of a killed worker goes to another one after two seconds instead of thirty.
        let lease = ("JOB_LEASE_MS".to_owned(), "2000".to_owned());
        options.environment.push(lease);
        let (mut proxies, mut clocks, mut disk) = (None, None, None);
        match kind {
            EnvironmentKind::Plain => {}
            EnvironmentKind::ShortStallLimit => {
                let stall = ("SOCKET_STALL_MS".to_owned(), "8000".to_owned());
                options.environment.push(stall);
            }
            EnvironmentKind::Proxied | EnvironmentKind::Replicated => {
                proxies = Some(ServiceProxies::start(&mut options, settings.seed).await?);
            }
            EnvironmentKind::SettableClocks => clocks = Some(Clocks::install(&mut options)?),
            EnvironmentKind::SmallDisk => disk = Some(SmallDisk::mount(&mut options)?),
        }
        let stack = Stack::start(options).await?;
        let mut environment = FaultEnvironment {
            stack,
            proxies,
            replication_pair: None,
            clocks,
            disk,
            kind,
        };
        if kind == EnvironmentKind::Replicated {
            environment.replication_pair = Some(ReplicationPair::start(&environment.stack).await?);
        }
        Ok(environment)
    }

    /// Why this machine does not support this kind of environment; none if it does.
    pub fn unsupported_reason(kind: EnvironmentKind) -> Option<String> {
        match kind {
            EnvironmentKind::SettableClocks => clocks::unsupported_reason(),
            EnvironmentKind::SmallDisk => small_disk::unsupported_reason(),
            _ => None,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> EnvironmentKind {
        self.kind
    }

    /// The URL for clients.
    pub fn url(&self) -> String {
        self.stack.url()
    }

    /// A connection to the database that the services currently use.
    pub async fn observer(&self) -> Result<Observer, Error> {
        let url = match &self.replication_pair {
            Some(replication_pair) => replication_pair.primary(&self.stack).owner_url("antiphon"),
            None => self.stack.database_url(None),
        };
        Observer::connect(&url).await
    }
}
