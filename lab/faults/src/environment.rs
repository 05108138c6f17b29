//! What a fault is injected into: the stack, and what the lab puts around it.

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
    /// Readers that stall are given up after eight seconds instead of sixty.
    ShortStallLimit,
    /// Each service reaches Postgres and Redis on a detour of its own.
    Proxied,
    /// Also with a second Postgres that follows the first.
    Replicated,
    /// Each service has a clock that can be set.
    SettableClocks,
    /// Postgres lives on a small disk of its own.
    SmallDisk,
}

/// A running system under test.
pub struct FaultEnvironment {
    /// The services and their servers.
    pub stack: Stack,
    /// What is on the way to Postgres and Redis.
    pub proxies: Option<ServiceProxies>,
    /// The second Postgres.
    pub replication_pair: Option<ReplicationPair>,
    /// Clocks that can be set.
    pub clocks: Option<Clocks>,
    /// The disk of Postgres. After the stack: it is taken away last.
    pub disk: Option<SmallDisk>,
    kind: EnvironmentKind,
}

/// How stages are raised in this run.
#[derive(Clone, Debug)]
pub struct EnvironmentSettings {
    /// Whether Redis is there.
    pub with_redis: bool,
    /// Where histories and logs are kept.
    pub directory: PathBuf,
    /// What damage to messages is drawn from.
    pub seed: u64,
}

impl FaultEnvironment {
    /// Brings a stage up.
    pub async fn start(
        kind: EnvironmentKind,
        settings: &EnvironmentSettings,
    ) -> Result<FaultEnvironment, Error> {
        let mut options = Options {
            with_redis: settings.with_redis,
            ..Options::for_tests()
        };
        // A worker that was killed leaves its job to the others after two seconds instead of thirty.
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

    /// Why a flavor cannot be had on this machine; none if it can.
    pub fn unsupported_reason(kind: EnvironmentKind) -> Option<String> {
        match kind {
            EnvironmentKind::SettableClocks => clocks::unsupported_reason(),
            EnvironmentKind::SmallDisk => small_disk::unsupported_reason(),
            _ => None,
        }
    }

    /// What was asked for.
    pub fn kind(&self) -> EnvironmentKind {
        self.kind
    }

    /// Where clients go.
    pub fn url(&self) -> String {
        self.stack.url()
    }

    /// A look into the database that the services use now.
    pub async fn observer(&self) -> Result<Observer, Error> {
        let url = match &self.replication_pair {
            Some(replication_pair) => replication_pair.primary(&self.stack).owner_url("antiphon"),
            None => self.stack.database_url(None),
        };
        Observer::connect(&url).await
    }
}
