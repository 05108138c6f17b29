//! What a fault is injected into: the stack, and what the lab puts around it.

mod clocks;
mod cramped;
mod detours;
mod pair;

use std::path::PathBuf;

use lab_stack::Error;
use lab_stack::db::Observer;
use lab_stack::stack::{Options, Stack};

pub use clocks::Clocks;
pub use cramped::SmallDisk;
pub use detours::{Detours, Part};
pub use pair::Pair;

/// What a row of the matrix needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavor {
    /// The stack as it is.
    Plain,
    /// Readers that stall are given up after eight seconds instead of sixty.
    Impatient,
    /// Each service reaches Postgres and Redis on a detour of its own.
    Detoured,
    /// Also with a second Postgres that follows the first.
    Paired,
    /// Each service has a clock that can be set.
    Clocked,
    /// Postgres lives on a small disk of its own.
    Cramped,
}

/// A running system under test.
pub struct Stage {
    /// The services and their servers.
    pub stack: Stack,
    /// What is on the way to Postgres and Redis.
    pub detours: Option<Detours>,
    /// The second Postgres.
    pub pair: Option<Pair>,
    /// Clocks that can be set.
    pub clocks: Option<Clocks>,
    /// The disk of Postgres. After the stack: it is taken away last.
    pub disk: Option<SmallDisk>,
    flavor: Flavor,
}

/// How stages are raised in this run.
#[derive(Clone, Debug)]
pub struct Raising {
    /// Whether Redis is there.
    pub with_redis: bool,
    /// Where histories and logs are kept.
    pub directory: PathBuf,
    /// What damage to messages is drawn from.
    pub seed: u64,
}

impl Stage {
    /// Brings a stage up.
    pub async fn raise(flavor: Flavor, raising: &Raising) -> Result<Stage, Error> {
        let mut options = Options {
            with_redis: raising.with_redis,
            ..Options::for_tests()
        };
        // A worker that was killed leaves its job to the others after two seconds instead of thirty.
        let lease = ("JOB_LEASE_MS".to_owned(), "2000".to_owned());
        options.environment.push(lease);
        let (mut detours, mut clocks, mut disk) = (None, None, None);
        match flavor {
            Flavor::Plain => {}
            Flavor::Impatient => {
                let stall = ("SOCKET_STALL_MS".to_owned(), "8000".to_owned());
                options.environment.push(stall);
            }
            Flavor::Detoured | Flavor::Paired => {
                detours = Some(Detours::lay(&mut options, raising.seed).await?);
            }
            Flavor::Clocked => clocks = Some(Clocks::wind(&mut options)?),
            Flavor::Cramped => disk = Some(SmallDisk::mount(&mut options)?),
        }
        let stack = Stack::start(options).await?;
        let mut stage = Stage {
            stack,
            detours,
            pair: None,
            clocks,
            disk,
            flavor,
        };
        if flavor == Flavor::Paired {
            stage.pair = Some(Pair::beside(&stage.stack).await?);
        }
        Ok(stage)
    }

    /// Why a flavor cannot be had on this machine; none if it can.
    pub fn obstacle(flavor: Flavor) -> Option<String> {
        match flavor {
            Flavor::Clocked => clocks::obstacle(),
            Flavor::Cramped => cramped::obstacle(),
            _ => None,
        }
    }

    /// What was asked for.
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// Where clients go.
    pub fn url(&self) -> String {
        self.stack.url()
    }

    /// A look into the database that the services use now.
    pub async fn observer(&self) -> Result<Observer, Error> {
        let url = match &self.pair {
            Some(pair) => pair.leader(&self.stack).owner_url("antiphon"),
            None => self.stack.database_url(None),
        };
        Observer::connect(&url).await
    }
}
