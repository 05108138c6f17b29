//! What a fault is injected into: the stack, and what the lab puts around it.

use std::path::PathBuf;

use crate::Error;
use crate::db::Observer;
use crate::stack::{Options, Stack};

/// What a row of the matrix needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavor {
    /// The stack as it is.
    Plain,
}

/// A running system under test.
pub struct Stage {
    /// The six services and their servers.
    pub stack: Stack,
    flavor: Flavor,
}

/// How stages are raised in this run.
#[derive(Clone, Debug)]
pub struct Raising {
    /// Whether Redis is there.
    pub with_redis: bool,
    /// Variables for all services.
    pub environment: Vec<(String, String)>,
    /// Where histories and logs are kept.
    pub directory: PathBuf,
}

impl Stage {
    /// Brings a stage up.
    pub async fn raise(flavor: Flavor, raising: &Raising) -> Result<Stage, Error> {
        let mut options = Options {
            with_redis: raising.with_redis,
            ..Options::for_tests()
        };
        options.environment.extend(raising.environment.clone());
        let stack = Stack::start(options).await?;
        Ok(Stage { stack, flavor })
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
        Observer::connect(&self.stack.database_url(None)).await
    }
}
