//! The jobs of a worker: one file per kind of job.
//!
//! A job runs in steps, each of which is one short transaction that also stores the job's progress. So a process may be
//! killed at any point, and another one continues with the next step. A step does only what has not been done yet:
//! running it twice changes nothing.

mod enqueue_erasures;
mod erase_account;
mod erase_chat;
mod forget_ended_jobs;
mod forget_ended_sessions;
mod forget_expired_usernames;
mod forget_spent_refresh_tokens;
pub(crate) mod kind;
pub(crate) mod step;

use chassis::Error;
use deadpool_postgres::Transaction;

use crate::db::jobs::LockedJob;

use kind::JobKind;
use step::Step;

/// Runs the next step of a job, whose row is locked by this transaction.
pub(crate) async fn next_step(
    tx: &Transaction<'_>,
    kind: JobKind,
    job: &LockedJob,
) -> Result<Step, Error> {
    match kind {
        JobKind::EnqueueErasures => enqueue_erasures::step(tx).await,
        JobKind::EraseAccount => erase_account::step(tx, job).await,
        JobKind::EraseChat => erase_chat::step(tx, job).await,
        JobKind::ForgetEndedJobs => forget_ended_jobs::step(tx).await,
        JobKind::ForgetEndedSessions => forget_ended_sessions::step(tx).await,
        JobKind::ForgetExpiredUsernames => forget_expired_usernames::step(tx).await,
        JobKind::ForgetSpentRefreshTokens => forget_spent_refresh_tokens::step(tx).await,
    }
}
