//! Connections behind a circuit breaker.
//!
//! While the database is away, everyone who asks for a connection would wait for it in vain, and those who wait hold
//! memory, requests and sockets. So after enough failures nobody waits any more, until one who tries finds it back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::{Client, Status};
use failsafe::{
    Config, Instrument, StateMachine,
    backoff::{self, Constant},
    failure_policy::{self, ConsecutiveFailures},
};
use tokio::sync::Semaphore;

use crate::error::Error;

/// The breaker opens after so many attempts during which nobody got a connection. As long as some do, the database is
/// there and only busy, and turning people away by the second would not help it.
const FAILURES: u32 = 20;
/// How long it stays open. Then one attempt decides.
const OPEN: Duration = Duration::from_secs(1);

/// Connections to one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pool {
    connections: deadpool_postgres::Pool,
    breaker: StateMachine<ConsecutiveFailures<Constant>, Light>,
    light: Light,
    /// Whoever finds out whether the database is back.
    probe: Arc<Semaphore>,
    /// Connections handed out so far.
    given: Arc<AtomicU64>,
}

/// On from the moment in which the breaker opens until an attempt succeeds.
#[derive(Clone, Debug, Default)]
struct Light(Arc<AtomicBool>);

impl Light {
    fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Instrument for Light {
    fn on_call_rejected(&self) {}

    fn on_open(&self) {
        if !self.0.swap(true, Ordering::AcqRel) {
            tracing::warn!("the database does not answer; not waiting for it any more");
        }
    }

    fn on_half_open(&self) {}

    fn on_closed(&self) {
        if self.0.swap(false, Ordering::AcqRel) {
            tracing::info!("the database answers again");
        }
    }
}

impl Pool {
    pub(super) fn new(connections: deadpool_postgres::Pool) -> Self {
        let light = Light::default();
        let policy = failure_policy::consecutive_failures(FAILURES, backoff::constant(OPEN));
        Self {
            connections,
            breaker: Config::new()
                .failure_policy(policy)
                .instrument(light.clone())
                .build(),
            light,
            probe: Arc::new(Semaphore::new(1)),
            given: Arc::default(),
        }
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// `UNAVAILABLE` when none is free in time, or at once while the database is known to be away.
    pub async fn get(&self) -> Result<Client, Error> {
        let away = || Error::unavailable("the database has not answered lately");
        if !self.breaker.is_call_permitted() {
            return Err(away());
        }
        let _probe = match self.light.is_on() {
            true => Some(self.probe.try_acquire().map_err(|_| away())?),
            false => None,
        };
        let before = self.given.load(Ordering::Acquire);
        let connection = self.connections.get().await;
        if connection.is_ok() {
            self.given.fetch_add(1, Ordering::AcqRel);
            self.breaker.on_success();
        } else if self.given.load(Ordering::Acquire) == before {
            self.breaker.on_error();
        }
        connection.map_err(Error::unavailable)
    }

    /// How many connections there are.
    pub(crate) fn status(&self) -> Status {
        self.connections.status()
    }

    /// Whether the database is known to be away.
    pub(crate) fn is_away(&self) -> bool {
        self.light.is_on()
    }
}
