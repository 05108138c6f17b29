//! How a query reads for its caller.
//!
//! Invariant: a replica never decides that something does not exist. It may only not have arrived there yet, so the
//! primary is asked once before the caller is told.

use async_graphql::Context;
use chassis::{Caller, Error};
use shared_schema::ClientCursor;

use super::{database::Database, read_target::ReadTarget};
use crate::state::RequestContext;

/// What `read` finds in a database that answers and is at least as new as `at_least`: every query of a caller goes through
/// here. Where a replica has nothing, or not enough to say yes, `read` answers with none, and the primary is asked once.
///
/// # Errors
/// `UNAVAILABLE` when waiting for the cursor takes too long; what `read` says.
pub(crate) async fn read_at_least<'a, T, R>(
    context: &Context<'a>,
    caller: &Caller,
    at_least: Option<ClientCursor>,
    mut read: impl FnMut(&'a Database) -> R,
) -> Result<Option<T>, Error>
where
    R: Future<Output = Result<Option<T>, Error>>,
{
    let Some(target) = context.data_opt::<ReadTarget>() else {
        return read(context.primary()?).await;
    };
    let at_least = at_least.map(|cursor| cursor.of(caller.user_id));
    target
        .wait_until_at_least(context.hub()?, caller.user_id, at_least)
        .await?;
    if let Some(replica) = target.replica() {
        match read(replica).await {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) | Err(Error::NotFound { .. }) => target.use_primary(),
            Err(error) => return Err(error),
        }
    }
    read(target.database()).await
}
