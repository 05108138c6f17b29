//! Deletes expired reservations of usernames. They have had no effect since they expired; this only frees space.

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::{
    db::reserved_usernames,
    jobs::step::{BATCH_SIZE, Step},
};

pub(super) async fn step(tx: &Transaction<'_>) -> Result<Step, Error> {
    let forgotten = reserved_usernames::delete_expired(tx, BATCH_SIZE).await?;
    Ok(Step::after_batch(forgotten))
}
