//! A private Postgres and Redis.
//!
//! They listen on free loopback ports and keep their data in a directory of their own, so
//! that they neither meet nor need servers that were there before. A program that is
//! missing is a panic with a clear sentence, never a skipped test. Nobody is let in without a
//! password.

mod database;
mod postgres;
mod redis;
mod server_process;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use database::{TestDatabase, connect};
pub use postgres::{Durability, Postgres};
pub use redis::{Redis, redis_url_as};

/// One Postgres and one Redis that the tests of a process share.
#[derive(Debug)]
pub struct Servers {
    postgres: Postgres,
    redis: Redis,
}

/// How many standbys were made, each of which has a name of its own.
static STANDBYS: AtomicU32 = AtomicU32::new(0);

/// The servers of this test process, started by whoever asks first. They stop when the
/// process ends. For use from any number of `#[tokio::test]`s.
///
/// # Panics
/// When a server is missing or does not start.
pub fn shared() -> &'static Servers {
    static SHARED: OnceLock<Servers> = OnceLock::new();
    SHARED.get_or_init(|| Servers {
        postgres: Postgres::start(),
        redis: Redis::start(),
    })
}

impl Servers {
    /// A fresh, migrated database of the caller's own.
    ///
    /// # Panics
    /// When the migrations fail or Postgres has gone.
    pub async fn database(&self) -> TestDatabase {
        self.postgres.database().await
    }

    /// A hot standby of the shared Postgres, with its data beside it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn standby(&self) -> Postgres {
        let name = format!("standby-{}", STANDBYS.fetch_add(1, Ordering::Relaxed) + 1);
        self.postgres
            .start_standby(&name)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The shared Redis, for whoever may do everything: [`redis_url_as`] makes a service of them. A database number does not isolate Pub/Sub: tests are kept apart
    /// by the random ids of their feeds.
    pub fn redis_url(&self) -> String {
        self.redis.url()
    }
}
