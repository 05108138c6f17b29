//! The variables of `worker`. The groups that every service has are the chassis'.

use std::time::Duration;

use chassis::config::{DrainArgs, ListenArgs, LogArgs, PostgresArgs, millis};
use clap::{Args, Parser};

/// What nobody waits for: Antiphon's jobs, and the consumers of its feeds that make them.
#[derive(Parser, Clone, Debug)]
#[command(name = "worker")]
pub struct Config {
    /// Where to serve probes and metrics.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// How to work.
    #[command(flatten)]
    pub work: WorkArgs,
    /// What to log.
    #[command(flatten)]
    pub log: LogArgs,
    /// How to leave.
    #[command(flatten)]
    pub drain: DrainArgs,
}

/// How much is done at a time, and how often an instance looks for work.
#[derive(Args, Clone, Debug)]
pub struct WorkArgs {
    /// Jobs that this instance runs at a time. Each holds a connection to Postgres while it does something.
    #[arg(long, env = "JOBS_AT_ONCE", default_value = "2")]
    pub jobs_at_once: usize,
    /// How often to look for jobs that are due, in milliseconds.
    #[arg(long, env = "JOB_POLL_MS", default_value = "1000", value_parser = millis)]
    pub job_poll: Duration,
    /// How long a job is left to an instance that does not get on with it, in milliseconds. Each step renews it, and a step
    /// takes no longer than its statements may.
    #[arg(long, env = "JOB_LEASE_MS", default_value = "30000", value_parser = millis)]
    pub job_lease: Duration,
    /// How often to look for new events in feeds, in milliseconds.
    #[arg(long, env = "CONSUMER_POLL_MS", default_value = "1000", value_parser = millis)]
    pub consumer_poll: Duration,
    /// How far to look back for events each time, in milliseconds: longer than the transactions of other services take from
    /// an event to the commit.
    #[arg(long, env = "CONSUMER_OVERLAP_MS", default_value = "30000", value_parser = millis)]
    pub consumer_overlap: Duration,
}

impl Default for WorkArgs {
    fn default() -> Self {
        Self {
            jobs_at_once: 2,
            job_poll: Duration::from_secs(1),
            job_lease: Duration::from_secs(30),
            consumer_poll: Duration::from_secs(1),
            consumer_overlap: Duration::from_secs(30),
        }
    }
}
