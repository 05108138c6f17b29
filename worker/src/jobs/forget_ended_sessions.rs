//! Deletes the rows of sessions that ended a month ago.

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::{
    db::{refresh_tokens, sessions},
    jobs::step::{BATCH_SIZE, Step},
};

/// Sessions of one step: each may have a thousand tokens.
const SESSIONS_PER_STEP: i64 = 50;

pub(super) async fn step(tx: &Transaction<'_>) -> Result<Step, Error> {
    let ended = sessions::lock_ended(tx, SESSIONS_PER_STEP).await?;
    let tokens = refresh_tokens::lock_of_sessions(tx, &ended, BATCH_SIZE).await?;
    refresh_tokens::delete(tx, &tokens).await?;
    if !tokens.is_empty() {
        return Ok(Step::More(None));
    }
    let forgotten = sessions::delete(tx, &ended).await?;
    match forgotten < SESSIONS_PER_STEP.unsigned_abs() {
        true => Ok(Step::Done),
        false => Ok(Step::More(None)),
    }
}
