//! The queue of jobs: the table `jobs`, and the loops that empty it.
//!
//! A job is `QUEUED` until it is done. Whoever works on it holds a lease: a mark of its own in the job's row, and a time at
//! which the job may be given to somebody else. Each step of the job runs in one transaction that locks the row and finds
//! the mark there, so an instance that was believed dead can no longer change anything; and the same transaction stores the
//! progress, so no step is lost and none is done twice.
//!
//! A job that fails is tried again after a pause that doubles. After too many attempts without progress it is `DEAD`: it
//! stays in the table with its last error, for people. All times are the database's.

mod backoff;
pub(crate) mod metrics;
pub(crate) mod runner;
pub(crate) mod schedule;
