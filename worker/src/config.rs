//! The configuration of `worker`: the groups of variables that services share, and its own.

use std::time::Duration;

use chassis::config::{DrainArgs, ListenArgs, LogArgs, PostgresArgs, millis};
use clap::{Args, Parser};

/// The worker service of Antiphon: background jobs, and the consumers of feeds that create them.
#[derive(Parser, Clone, Debug)]
#[command(name = "worker")]
pub struct Config {
    /// Address and port of health checks and metrics.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database, as the role `antiphon_worker`.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// Jobs and consumers.
    #[command(flatten)]
    pub work: WorkArgs,
    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
    /// Shutdown.
    #[command(flatten)]
    pub drain: DrainArgs,
}

/// How many jobs run at a time, and how often an instance looks for work.
#[derive(Args, Clone, Debug)]
pub struct WorkArgs {
    /// Maximum number of jobs that this instance runs at a time. Each running job uses one connection to Postgres.
    #[arg(long, env = "JOBS_AT_ONCE", default_value = "2")]
    pub jobs_at_once: usize,
    /// Interval between looking for due jobs, in milliseconds.
    #[arg(long, env = "JOB_POLL_MS", default_value = "1000", value_parser = millis)]
    pub job_poll: Duration,
    /// Duration of a job's lease, in milliseconds: a job whose instance makes no progress for this long is taken over
    /// by another. Every step renews the lease. Must be longer than a step may take.
    #[arg(long, env = "JOB_LEASE_MS", default_value = "30000", value_parser = millis)]
    pub job_lease: Duration,
    /// Interval between looking for messages whose words are not indexed, in milliseconds.
    #[arg(long, env = "INDEX_POLL_MS", default_value = "5000", value_parser = millis)]
    pub index_poll: Duration,
    /// Interval between looking for new events in feeds, in milliseconds.
    #[arg(long, env = "CONSUMER_POLL_MS", default_value = "1000", value_parser = millis)]
    pub consumer_poll: Duration,
    /// How far back consumers look for events each time, in milliseconds. Must be longer than any transaction of the
    /// other services takes from appending an event to its commit.
    #[arg(long, env = "CONSUMER_OVERLAP_MS", default_value = "30000", value_parser = millis)]
    pub consumer_overlap: Duration,
}

impl Default for WorkArgs {
    fn default() -> Self {
        Self {
            jobs_at_once: 2,
            job_poll: Duration::from_secs(1),
            job_lease: Duration::from_secs(30),
            index_poll: Duration::from_secs(5),
            consumer_poll: Duration::from_secs(1),
            consumer_overlap: Duration::from_secs(30),
        }
    }
}
