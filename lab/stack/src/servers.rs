//! A private Postgres and Redis.
//!
//! They listen on free loopback ports and keep their data in their own directory, so that they do not interfere with other
//! servers. If a program is missing, tests panic with a clear message; they are never skipped. All accounts have passwords.

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

/// The number of standbys so far, for their names.
static STANDBYS: AtomicU32 = AtomicU32::new(0);

/// The servers of this test process, started by the first call. They stop when the process ends. Any number of
/// `#[tokio::test]`s can use them.
///
/// # Panics
/// If a server is missing or does not start.
pub fn shared() -> &'static Servers {
    static SHARED: OnceLock<Servers> = OnceLock::new();
    SHARED.get_or_init(|| Servers {
        postgres: Postgres::start(),
        redis: Redis::start(),
    })
}

impl Servers {
    /// Creates a migrated database for the caller.
    ///
    /// # Panics
    /// If the migrations fail or Postgres is not running.
    pub async fn database(&self) -> TestDatabase {
        self.postgres.database().await
    }

    /// Starts a hot standby of the shared Postgres.
    ///
    /// # Panics
    /// If it does not start.
    pub fn standby(&self) -> Postgres {
        let name = format!("standby-{}", STANDBYS.fetch_add(1, Ordering::Relaxed) + 1);
        self.postgres
            .start_standby(&name)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The URL of the shared Redis for the account with all permissions; [`redis_url_as`] turns it into that of a service. A
    /// database number does not isolate Pub/Sub, but tests have feeds with random ids.
    pub fn redis_url(&self) -> String {
        self.redis.url()
    }
}
