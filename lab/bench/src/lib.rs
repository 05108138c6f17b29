//! How fast Antiphon is, compared with the limits of this machine.
//!
//! A run starts the real stack with a database that syncs to disk, generates load, and measures in the same run what a
//! bare server with the same language and libraries does for the same task. The load comes from this process, one
//! thread for requests and one for sockets, to use as little of the machine as possible; its share is shown beside each
//! result.
//!
//! Invariant: no number without an audit. Acknowledgements are compared with stored messages, and what every subscriber
//! received with what it should have received. A run that lost, duplicated or reordered anything fails, however fast.

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
