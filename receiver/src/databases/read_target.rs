//! Which Postgres a request reads from.
//!
//! Live delivery reads from the primary: feeds must not lag. Queries read from a replica where there is one, and go to
//! the primary when the replica is away, too far behind (`replica.rs`), or behind what the caller has seen (`atLeast`).
//!
//! Invariant: a replica never says no. What is not there on a replica may not have got there yet, so [`found`] asks the
//! primary once before it says so. Once a request has gone to the primary it stays there, so that its parts agree.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::Context;
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::Cursor;

use super::{
    loaders::Loaders,
    position_waits::{PRIMARY_PATIENCE, REPLICA_PATIENCE, RequestWaits, Waits},
    replica::{ReplicaState, ReplicaStatus},
};
use crate::live::feeds::hub::Hub;

/// One Postgres, and the loaders that read from it.
pub(crate) struct Source {
    /// The connections.
    pub(crate) pool: Pool,
    /// Reads many objects in one statement.
    pub(crate) loaders: Loaders,
    /// What is not there may be on its way.
    pub(crate) is_replica: bool,
}

/// The Postgres servers of this process.
#[derive(Clone)]
pub(crate) struct Sources {
    primary: Arc<Source>,
    replica: Option<(Arc<Source>, ReplicaStatus)>,
    waits: Waits,
}

impl Sources {
    /// A primary, and perhaps a replica for queries.
    #[must_use]
    pub(crate) fn new(primary: &Pool, replica: Option<(&Pool, ReplicaStatus)>) -> Self {
        let source = |pool: &Pool, is_replica| {
            Arc::new(Source {
                pool: pool.clone(),
                loaders: Loaders::new(pool),
                is_replica,
            })
        };
        Self {
            primary: source(primary, false),
            replica: replica.map(|(pool, status)| (source(pool, true), status)),
            waits: Waits::default(),
        }
    }

    /// Where queries read, unless it turns out to be away or behind.
    #[must_use]
    pub(crate) fn first(&self) -> &Source {
        match &self.replica {
            Some((replica, status)) if status.state() == ReplicaState::Usable => replica,
            _ => &self.primary,
        }
    }

    /// What a new query begins with.
    #[must_use]
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            on_primary: AtomicBool::new(std::ptr::eq(self.first(), &*self.primary)),
            sources: self.clone(),
            waits: RequestWaits::default(),
        }
    }
}

/// Where one request reads. Requests without one, the subscriptions, read from the primary.
pub(crate) struct Reading {
    sources: Sources,
    on_primary: AtomicBool,
    waits: RequestWaits,
}

impl Reading {
    fn replica(&self) -> Option<&Source> {
        let (replica, _) = self.sources.replica.as_ref()?;
        (!self.on_primary.load(Ordering::Acquire)).then_some(replica)
    }

    fn source(&self) -> &Source {
        self.replica().unwrap_or(&self.sources.primary)
    }

    fn go_to_primary(&self) {
        self.on_primary.store(true, Ordering::Release);
    }
}

/// Where this request reads now.
///
/// # Errors
/// Never in a schema built by this crate.
pub(crate) fn source<'a>(context: &Context<'a>) -> Result<&'a Source, Error> {
    match context.data_opt::<Reading>() {
        Some(reading) => Ok(reading.source()),
        None => primary(context),
    }
}

/// The primary, for what must not lag.
///
/// # Errors
/// Never in a schema built by this crate.
pub(crate) fn primary<'a>(context: &Context<'a>) -> Result<&'a Source, Error> {
    let sources = context.data::<Sources>();
    sources
        .map(|sources| sources.primary.as_ref())
        .map_err(|error| Error::internal(error.message))
}

/// What `read` finds in a place that is there and at least as new as `at_least`: every query of a caller goes through here.
/// Where a replica has nothing, or not enough to say yes, `read` answers with none, and the primary is asked once.
///
/// # Errors
/// `UNAVAILABLE` when waiting for the cursor takes too long; what `read` says.
pub(crate) async fn found<'a, T, R>(
    context: &Context<'a>,
    caller: &Caller,
    at_least: Option<Cursor>,
    mut read: impl FnMut(&'a Source) -> R,
) -> Result<Option<T>, Error>
where
    R: Future<Output = Result<Option<T>, Error>>,
{
    caught_up(context, caller, at_least).await?;
    let Some(reading) = context.data_opt::<Reading>() else {
        return read(primary(context)?).await;
    };
    if let Some(replica) = reading.replica() {
        match read(replica).await {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) | Err(Error::NotFound { .. }) => reading.go_to_primary(),
            Err(error) => return Err(error),
        }
    }
    read(reading.source()).await
}

/// Makes this request read somewhere that is there, and at least as new as `cursor`.
///
/// A feed that is not the caller's never gets there, like one that does not exist: how far a chat has come is no
/// stranger's business.
async fn caught_up(
    context: &Context<'_>,
    caller: &Caller,
    cursor: Option<Cursor>,
) -> Result<(), Error> {
    let Some(reading) = context.data_opt::<Reading>() else {
        return Ok(());
    };
    let user = caller.user_id;
    let waits = &reading.sources.waits;
    if let Some(replica) = reading.replica() {
        let served = match cursor {
            Some(cursor) => {
                let wait =
                    reading
                        .waits
                        .wait(waits, &replica.pool, None, user, cursor, REPLICA_PATIENCE);
                wait.await
            }
            None => replica.pool.get().await.map(|_| true),
        };
        match served {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the replica is away; asking the primary"),
        }
        reading.go_to_primary();
    }
    let Some(cursor) = cursor else { return Ok(()) };
    // The hub hears of what the primary has, and only of that.
    let hub = context.data_opt::<Hub>();
    let pool = &reading.sources.primary.pool;
    let wait = reading
        .waits
        .wait(waits, pool, hub, user, cursor, PRIMARY_PATIENCE);
    if wait.await? {
        return Ok(());
    }
    Err(Error::unavailable(
        "the database is behind the cursor in atLeast",
    ))
}
