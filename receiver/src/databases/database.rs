//! The Postgres servers of this process.

use std::sync::Arc;

use chassis::postgres::Pool;

use super::{
    loaders::Loaders,
    position_waits::PositionWaits,
    replica::{ReplicaState, ReplicaStatus},
};

/// One Postgres, and the loaders that read from it.
pub(crate) struct Database {
    pub(crate) pool: Pool,
    /// For searches in messages: few connections, so that searches wait for each other and nothing else waits for them.
    pub(crate) searches: Pool,
    /// Reads many objects in one statement.
    pub(crate) loaders: Loaders,
    /// What is not there may be on its way.
    pub(crate) is_replica: bool,
}

/// Connections to one Postgres.
#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) pool: Pool,
    pub(crate) searches: Pool,
}

impl Database {
    fn new(Pools { pool, searches }: &Pools, is_replica: bool) -> Self {
        Self {
            pool: pool.clone(),
            searches: searches.clone(),
            loaders: Loaders::new(pool),
            is_replica,
        }
    }
}

/// A primary, and perhaps a replica. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Databases {
    primary: Arc<Database>,
    replica: Option<(Arc<Database>, ReplicaStatus)>,
    pub(crate) waits: PositionWaits,
}

impl Databases {
    /// A primary, and perhaps a replica for queries.
    #[must_use]
    pub(crate) fn new(primary: &Pools, replica: Option<(Pools, ReplicaStatus)>) -> Self {
        Self {
            primary: Arc::new(Database::new(primary, false)),
            replica: replica.map(|(pools, status)| (Arc::new(Database::new(&pools, true)), status)),
            waits: PositionWaits::default(),
        }
    }

    /// For live delivery, which must not lag.
    #[must_use]
    pub(crate) fn primary(&self) -> &Database {
        &self.primary
    }

    /// The replica, if there is one and it is neither away nor too far behind.
    #[must_use]
    pub(crate) fn usable_replica(&self) -> Option<&Database> {
        match &self.replica {
            Some((replica, status)) if status.state() == ReplicaState::Usable => Some(replica),
            _ => None,
        }
    }

    /// The replica, whatever its state.
    #[must_use]
    pub(crate) fn replica(&self) -> Option<&Database> {
        self.replica.as_ref().map(|(replica, _)| replica.as_ref())
    }

    /// Where queries read, unless it turns out to be away or behind.
    #[must_use]
    pub(crate) fn preferred(&self) -> &Database {
        self.usable_replica().unwrap_or(&self.primary)
    }
}
