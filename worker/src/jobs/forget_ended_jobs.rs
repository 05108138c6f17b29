//! Deletes jobs that were done or expired a week ago, and dead ones after three months.

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::{
    db::jobs,
    jobs::step::{BATCH_SIZE, Step},
};

pub(super) async fn step(tx: &Transaction<'_>) -> Result<Step, Error> {
    let forgotten = jobs::delete_ended(tx, BATCH_SIZE).await?;
    Ok(Step::after_batch(forgotten))
}
