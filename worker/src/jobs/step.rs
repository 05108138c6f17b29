//! The result of a step of a job.

use serde_json::Value;

/// The most rows that one step changes: some milliseconds.
pub(crate) const BATCH_SIZE: i64 = 500;

/// What follows after a step.
#[derive(Debug)]
pub(crate) enum Step {
    /// Nothing: the job is done.
    Done,
    /// More is to be done, from here. It is stored in the transaction of the step.
    More(Option<Value>),
}

impl Step {
    /// After a batch of so many rows that need no position, because those that are done are not found again.
    pub(crate) fn after_batch(rows: u64) -> Self {
        match rows < BATCH_SIZE.unsigned_abs() {
            true => Self::Done,
            false => Self::More(None),
        }
    }
}
