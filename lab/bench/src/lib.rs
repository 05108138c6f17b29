//! How fast Antiphon is, next to what this machine could do at the most.
//!
//! A run raises the real stack with a database that syncs, drives it, and measures in the same
//! run what a bare server in the same language and libraries does for the same job. The load
//! comes from here, one thread for requests and one for sockets, so that it takes as little as
//! possible of the machine; what it takes is said beside each result.
//!
//! Invariant: no number without an audit. What was acknowledged is compared with what is stored,
//! and what every subscriber saw with what it should have seen. A run that lost, repeated or
//! swapped anything fails, however fast it was.

pub mod audit;
pub mod baselines;
mod db;
mod environment;
pub mod histogram;
pub mod load;
mod load_counters;
mod measure;
pub mod report;
pub mod scenarios;
pub mod usage;

pub use environment::BenchEnvironment;
pub use measure::Outcome;
