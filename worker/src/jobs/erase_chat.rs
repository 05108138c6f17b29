//! Erases the contents of a removed chat: the texts of its messages, the data of its events, its name and description.
//!
//! All of it is unreadable from the moment of the removal. The rows remain, with their numbers, seqs and hashes of
//! requests, so that a retried mutation has the same result as before and the feed has no gap.

use chassis::Error;
use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{chats, feeds, jobs::LockedJob},
    jobs::step::{BATCH_SIZE, Step},
};

/// The seq up to which everything is erased.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Progress {
    number: i64,
    seq: i64,
}

pub(super) async fn step(tx: &Transaction<'_>, job: &LockedJob) -> Result<Step, Error> {
    let chat: Uuid = job.key.parse().map_err(Error::internal)?;
    let done: Progress = job.progress()?;
    // A chat that is removed gets no more messages and no more events.
    let Some(feed) = feeds::length(tx, chat).await? else {
        return Ok(Step::Done);
    };
    let next = Progress {
        number: feed.message_count.min(done.number + BATCH_SIZE),
        seq: feed.last_seq.min(done.seq + BATCH_SIZE),
    };
    chats::erase_messages(tx, chat, done.number + 1, next.number).await?;
    feeds::erase_events(tx, chat, done.seq + 1, next.seq).await?;
    if next.number < feed.message_count || next.seq < feed.last_seq {
        let progress = serde_json::to_value(next).map_err(Error::internal)?;
        return Ok(Step::More(Some(progress)));
    }
    chats::erase(tx, chat).await?;
    Ok(Step::Done)
}
