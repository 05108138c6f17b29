//! Erases the contents of a closed account: its password hash, its e-mail address, its profile, the names and tokens of
//! its devices, and the data in its feed.
//!
//! Its id and its username stay: they stand on the messages that it wrote. So does a digest of its address, so that the
//! address stays taken. Its sessions stay for a month, as all that ended do: every instance refuses their tokens by them.

use chassis::Error;
use deadpool_postgres::Transaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    db::{accounts, feeds, jobs::LockedJob, refresh_tokens, sessions},
    jobs::step::{BATCH_SIZE, Step},
};

/// The seq up to which the account's feed is erased.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Progress {
    seq: i64,
}

pub(super) async fn step(tx: &Transaction<'_>, job: &LockedJob) -> Result<Step, Error> {
    let user: Uuid = job.key.parse().map_err(Error::internal)?;
    if !accounts::is_closed(tx, user).await? {
        return Ok(Step::Done);
    }
    let done: Progress = job.progress()?;
    let last_seq = feeds::length(tx, user)
        .await?
        .map_or(0, |feed| feed.last_seq);
    let next = Progress {
        seq: last_seq.min(done.seq + BATCH_SIZE),
    };
    feeds::erase_events(tx, user, done.seq + 1, next.seq).await?;
    let tokens = refresh_tokens::lock_of_user(tx, user, BATCH_SIZE).await?;
    refresh_tokens::delete(tx, &tokens).await?;
    let devices = sessions::erase_user_agents(tx, user, BATCH_SIZE).await?;
    let rest = Step::after_batch(devices.max(tokens.len() as u64));
    if next.seq < last_seq || matches!(rest, Step::More(_)) {
        let progress = serde_json::to_value(next).map_err(Error::internal)?;
        return Ok(Step::More(Some(progress)));
    }
    accounts::erase(tx, user).await?;
    Ok(Step::Done)
}
