//! The queue of jobs: the table `jobs`, and the loops that process it.
//!
//! A job is `QUEUED` until it is done. The worker that runs it holds a lease: an id in the job's row, and the time at
//! which another worker may take the job over. Each step of the job runs in one transaction that locks the row and
//! checks the id there, so an instance that lost its lease can no longer change anything. The same transaction stores
//! the progress, so no step is lost and none is done twice.
//!
//! A job that fails is retried after a pause that doubles each time. After too many attempts without progress it is
//! `DEAD`: it stays in the table with its last error, for an operator. All times come from the database.

mod backoff;
pub(crate) mod metrics;
pub(crate) mod runner;
pub(crate) mod schedule;
