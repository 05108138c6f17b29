//! Connections behind a circuit breaker.
//!
//! While the database does not answer, requests would wait for a connection in vain, and they hold memory and sockets
//! meanwhile. So after enough failures requests no longer wait, until an attempt succeeds.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use deadpool_postgres::{Client, Status};

use crate::error::Error;

/// The breaker opens after this many attempts without any successful connection in between. As long as some succeed,
/// the database is only busy, and refusing requests for seconds would not help.
const FAILURES: u32 = 20;
/// Between two attempts while it is open.
const PAUSE: Duration = Duration::from_secs(1);

/// Connections to one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pool {
    connections: deadpool_postgres::Pool,
    /// Makes the connections that are used once.
    apart: deadpool_postgres::Pool,
    breaker: Arc<Mutex<Breaker>>,
}

#[derive(Debug, Default)]
struct Breaker {
    /// Connections handed out so far.
    given: u64,
    /// Attempts in vain since the last of them.
    failures: u32,
    /// While it is open: when the next one may try.
    next: Option<Instant>,
}

impl Breaker {
    /// Permits an attempt, and returns the number of connections obtained so far; none if no attempt is permitted now.
    fn begin(&mut self) -> Option<u64> {
        if let Some(next) = &mut self.next {
            let now = Instant::now();
            if now < *next {
                return None;
            }
            *next = now + PAUSE;
        }
        Some(self.given)
    }

    fn succeed(&mut self) {
        self.given += 1;
        self.failures = 0;
        if self.next.take().is_some() {
            tracing::info!("the database answers again");
        }
    }

    /// An attempt that began when `given` connections had been given was in vain.
    fn fail(&mut self, given: u64) {
        if self.given != given {
            return;
        }
        self.failures += 1;
        if self.failures >= FAILURES {
            if self.next.is_none() {
                tracing::warn!("the database does not answer; requests no longer wait for it");
            }
            self.next = Some(Instant::now() + PAUSE);
        }
    }
}

impl Pool {
    pub(super) fn new(
        connections: deadpool_postgres::Pool,
        apart: deadpool_postgres::Pool,
    ) -> Self {
        Self {
            connections,
            apart,
            breaker: Arc::default(),
        }
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// `UNAVAILABLE` when none is free in time, or at once while the database is known to be away.
    pub async fn get(&self) -> Result<Client, Error> {
        let given = self
            .breaker()
            .begin()
            .ok_or_else(|| Error::unavailable("the database has not answered recently"))?;
        let connection = self.connections.get().await;
        match &connection {
            Ok(_) => self.breaker().succeed(),
            Err(_) => self.breaker().fail(given),
        }
        connection.map_err(Error::unavailable)
    }

    /// A new connection outside the pool, and outside its bound: for one question now and then.
    ///
    /// # Errors
    /// `UNAVAILABLE` when the database does not let us in, or is known to be away.
    pub(crate) async fn fresh(&self) -> Result<deadpool_postgres::ClientWrapper, Error> {
        if self.is_away() {
            return Err(Error::unavailable("the database has not answered recently"));
        }
        let client = self.apart.get().await.map_err(Error::unavailable)?;
        Ok(Client::take(client))
    }

    /// How many connections there are.
    pub(crate) fn status(&self) -> Status {
        self.connections.status()
    }

    /// Whether the database is known to be away.
    pub(crate) fn is_away(&self) -> bool {
        self.breaker().next.is_some()
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        // A panic cannot leave it half-changed.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
