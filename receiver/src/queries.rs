//! One file per query.

pub mod chat;
pub mod chats;
pub mod feed;
pub mod message;
pub mod messages;
pub mod public_chats;
pub mod unread_counts;

use std::time::Duration;

use async_graphql::Context;
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::Cursor;
use tokio::time::{Instant, sleep};

use crate::{db, feeds::Hub};

/// How long a query waits for the state that its caller has already seen.
const AT_LEAST_PATIENCE: Duration = Duration::from_millis(1_500);

/// Between two looks.
const AT_LEAST_PAUSE: Duration = Duration::from_millis(25);

pub(crate) fn pool<'a>(context: &Context<'a>) -> Result<&'a Pool, Error> {
    context
        .data::<Pool>()
        .map_err(|error| Error::internal(error.message))
}

pub(crate) fn hub<'a>(context: &Context<'a>) -> Result<&'a Hub, Error> {
    context
        .data::<Hub>()
        .map_err(|error| Error::internal(error.message))
}

/// Waits until what this process reads is at least as new as `cursor`: read your own writes, on any instance.
///
/// A feed that is not the caller's never gets there, like one that does not exist: how far a chat has come is no
/// stranger's business.
///
/// # Errors
/// `UNAVAILABLE` when that takes too long.
async fn wait_for(pool: &Pool, caller: &Caller, cursor: Option<Cursor>) -> Result<(), Error> {
    let Some(cursor) = cursor else { return Ok(()) };
    let give_up = Instant::now() + AT_LEAST_PATIENCE;
    loop {
        let seen = db::feeds::seen_by(pool, caller.user_id, cursor.feed).await?;
        if seen.is_some_and(|seq| seq >= cursor.seq) {
            return Ok(());
        }
        if Instant::now() >= give_up {
            return Err(Error::unavailable(
                "the database is behind the cursor in atLeast",
            ));
        }
        sleep(AT_LEAST_PAUSE).await;
    }
}
