//! Which database one request reads from.

use std::sync::atomic::{AtomicBool, Ordering};

use chassis::Error;
use shared_schema::{Cursor, UserId};

use super::{
    database::{Database, Databases},
    position_waits::{PRIMARY_WAIT_TIMEOUT, REPLICA_WAIT_TIMEOUT, RequestWaits},
};
use crate::live::feeds::hub::Hub;

/// Where one query reads. Requests without one, the subscriptions, read from the primary.
///
/// Invariant: once a request has gone to the primary it stays there, so that its parts agree.
pub(crate) struct ReadTarget {
    databases: Databases,
    on_primary: AtomicBool,
    waits: RequestWaits,
}

impl ReadTarget {
    /// What a new query begins with.
    #[must_use]
    pub(crate) fn new(databases: &Databases) -> Self {
        Self {
            on_primary: AtomicBool::new(databases.usable_replica().is_none()),
            databases: databases.clone(),
            waits: RequestWaits::default(),
        }
    }

    /// The replica, if this request still reads there.
    pub(crate) fn replica(&self) -> Option<&Database> {
        let replica = self.databases.replica()?;
        (!self.on_primary.load(Ordering::Acquire)).then_some(replica)
    }

    /// Where this request reads now.
    pub(crate) fn database(&self) -> &Database {
        self.replica().unwrap_or_else(|| self.databases.primary())
    }

    pub(crate) fn use_primary(&self) {
        self.on_primary.store(true, Ordering::Release);
    }

    /// Makes this request read from a database that answers and is at least as new as `cursor`. `hub` says when a feed moves.
    ///
    /// A feed that the user may not see never reaches the position, just like one that does not exist: its position
    /// must not be revealed.
    ///
    /// # Errors
    /// `UNAVAILABLE` when waiting for the cursor takes too long.
    pub(crate) async fn wait_until_at_least(
        &self,
        hub: &Hub,
        user: UserId,
        cursor: Option<Cursor>,
    ) -> Result<(), Error> {
        let waits = &self.databases.waits;
        if let Some(replica) = self.replica() {
            let pool = &replica.pool;
            let is_new_enough = match cursor {
                Some(cursor) => {
                    let wait =
                        self.waits
                            .wait(waits, pool, None, user, cursor, REPLICA_WAIT_TIMEOUT);
                    wait.await
                }
                None => pool.get().await.map(|_| true),
            };
            match is_new_enough {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the replica does not answer; reading from the primary")
                }
            }
            self.use_primary();
        }
        let Some(cursor) = cursor else { return Ok(()) };
        // The hub follows the primary and only the primary.
        let (pool, hub) = (&self.databases.primary().pool, Some(hub));
        let wait = self
            .waits
            .wait(waits, pool, hub, user, cursor, PRIMARY_WAIT_TIMEOUT);
        if wait.await? {
            return Ok(());
        }
        Err(Error::unavailable(
            "the database is behind the cursor in atLeast",
        ))
    }
}
