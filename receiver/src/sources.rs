//! Which Postgres a request reads from.
//!
//! Live delivery reads from the primary: feeds must not lag. Queries read from a replica where there is one, and go to
//! the primary when the replica is away or behind what the caller has seen (`atLeast`). Once a request has gone to the
//! primary it stays there, so that its parts agree.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_graphql::Context;
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::Cursor;
use tokio::time::{Instant, sleep};

use crate::{db, graphql::Loaders};

/// How long a query waits for a replica before it asks the primary.
const REPLICA_PATIENCE: Duration = Duration::from_millis(250);

/// How long a query waits for the primary to have what its caller has seen.
const PRIMARY_PATIENCE: Duration = Duration::from_millis(1_500);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// One Postgres, and the loaders that read from it.
pub struct Source {
    /// The connections.
    pub pool: Pool,
    /// Reads many objects in one statement.
    pub loaders: Loaders,
}

/// The Postgres servers of this process.
#[derive(Clone)]
pub struct Sources {
    primary: Arc<Source>,
    replica: Option<Arc<Source>>,
}

impl Sources {
    /// A primary, and perhaps a replica for queries.
    #[must_use]
    pub fn new(primary: &Pool, replica: Option<&Pool>) -> Self {
        let source = |pool: &Pool| {
            Arc::new(Source {
                pool: pool.clone(),
                loaders: Loaders::new(pool),
            })
        };
        Self {
            primary: source(primary),
            replica: replica.map(source),
        }
    }

    /// Where queries read, unless it is away or behind.
    #[must_use]
    pub fn first(&self) -> &Source {
        self.replica.as_ref().unwrap_or(&self.primary)
    }

    /// What a new query begins with.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            on_primary: AtomicBool::new(self.replica.is_none()),
            sources: self.clone(),
        }
    }
}

/// Where one request reads. Requests without one, the subscriptions, read from the primary.
pub struct Reading {
    sources: Sources,
    on_primary: AtomicBool,
}

impl Reading {
    fn source(&self) -> &Source {
        if self.on_primary.load(Ordering::Acquire) {
            &self.sources.primary
        } else {
            self.sources.first()
        }
    }
}

/// Where this request reads now.
///
/// # Errors
/// Never in a schema built by this crate.
pub fn source<'a>(context: &Context<'a>) -> Result<&'a Source, Error> {
    match context.data_opt::<Reading>() {
        Some(reading) => Ok(reading.source()),
        None => primary(context),
    }
}

/// The primary, for what must not lag.
///
/// # Errors
/// Never in a schema built by this crate.
pub fn primary<'a>(context: &Context<'a>) -> Result<&'a Source, Error> {
    let sources = context.data::<Sources>();
    sources
        .map(|sources| sources.primary.as_ref())
        .map_err(|error| Error::internal(error.message))
}

/// Where a query of this caller should read: somewhere that is there, and at least as new as `cursor`.
///
/// A feed that is not the caller's never gets there, like one that does not exist: how far a chat has come is no
/// stranger's business.
///
/// # Errors
/// `UNAVAILABLE` when waiting for the cursor takes too long.
pub async fn caught_up<'a>(
    context: &Context<'a>,
    caller: &Caller,
    cursor: Option<Cursor>,
) -> Result<&'a Pool, Error> {
    let begun = source(context)?;
    if let Some(reading) = context.data_opt::<Reading>()
        && !reading.on_primary.load(Ordering::Acquire)
        && !serves(&begun.pool, caller, cursor).await
    {
        reading.on_primary.store(true, Ordering::Release);
    }
    let source = source(context)?;
    let is_primary = std::ptr::eq(source, primary(context)?);
    if let Some(cursor) = cursor
        && is_primary
        && !wait_for(&source.pool, caller, cursor, PRIMARY_PATIENCE).await?
    {
        return Err(Error::unavailable(
            "the database is behind the cursor in atLeast",
        ));
    }
    Ok(&source.pool)
}

/// Whether the replica is there and new enough.
async fn serves(replica: &Pool, caller: &Caller, cursor: Option<Cursor>) -> bool {
    let served = match cursor {
        Some(cursor) => wait_for(replica, caller, cursor, REPLICA_PATIENCE).await,
        None => replica.get().await.map(|_| true),
    };
    served.unwrap_or_else(|error| {
        tracing::warn!(%error, "the replica is away; asking the primary");
        false
    })
}

async fn wait_for(
    pool: &Pool,
    caller: &Caller,
    cursor: Cursor,
    patience: Duration,
) -> Result<bool, Error> {
    let give_up = Instant::now() + patience;
    loop {
        let seen = db::feeds::seen_by(pool, caller.user_id, cursor.feed).await?;
        if seen.is_some_and(|seq| seq >= cursor.seq) {
            return Ok(true);
        }
        if Instant::now() >= give_up {
            return Ok(false);
        }
        sleep(PAUSE).await;
    }
}
