//! Enqueues erasing of removed chats and closed accounts that have no such job: those that were removed under an
//! earlier release, and those whose event no consumer has seen. A session may end without its event, and a clock may
//! jump.

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::{
    db::jobs,
    jobs::{
        kind::JobKind,
        step::{BATCH_SIZE, Step},
    },
};

pub(super) async fn step(tx: &Transaction<'_>) -> Result<Step, Error> {
    let chats = jobs::enqueue_removed_chats(tx, JobKind::EraseChat.as_str(), BATCH_SIZE).await?;
    let accounts =
        jobs::enqueue_closed_accounts(tx, JobKind::EraseAccount.as_str(), BATCH_SIZE).await?;
    Ok(Step::after_batch(chats.max(accounts)))
}
