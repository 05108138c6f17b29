//! Deletes refresh tokens that were used more than a week ago. Should one of them come back it is refused, as it would have
//! been, but no longer taken as a sign of theft.

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::{
    db::refresh_tokens,
    jobs::step::{BATCH_SIZE, Step},
};

pub(super) async fn step(tx: &Transaction<'_>) -> Result<Step, Error> {
    let spent = refresh_tokens::lock_spent(tx, BATCH_SIZE).await?;
    refresh_tokens::delete(tx, &spent).await?;
    Ok(Step::after_batch(spent.len() as u64))
}
