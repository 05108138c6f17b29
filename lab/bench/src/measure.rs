//! A result, from two snapshots of everything that runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::audit::AuditTotals;
use super::environment::BenchEnvironment;
use super::histogram::Histogram;
use super::load::http::{LoadModel, RequestSource, send_requests};
use super::load_counters::LoadCounters;
use super::usage;
use crate::db::DatabaseCounters;
use lab_stack::Error;

/// The name of the load generator among the processes.
pub const GENERATOR: &str = "generator";

/// The scenario name of the single steps of a search.
pub const STEP: &str = "fanout step";

/// The phases of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Time before the measurement, for caches, pools and statistics to warm up.
    pub warm_up: Duration,
    /// Time that is measured.
    pub measured: Duration,
}

/// Percentiles in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Maximum.
    pub max: f64,
}

impl Latency {
    /// The percentiles of these durations; none if there are no durations.
    pub fn of(durations: &Histogram) -> Option<Latency> {
        let ms = |micros: u64| micros as f64 / 1_000.0;
        (durations.total() > 0).then(|| Latency {
            p50: ms(durations.quantile(0.5)),
            p95: ms(durations.quantile(0.95)),
            p99: ms(durations.quantile(0.99)),
            max: ms(durations.max()),
        })
    }
}

/// Comparison with another result of the same run.
#[derive(Clone, Debug, Serialize)]
pub struct Ratio {
    /// The case of the other result.
    pub to: String,
    /// Our rate divided by the other one.
    pub ratio: f64,
    /// The CPU time of the other result divided by ours, generators included: the ratio to expect on an otherwise idle
    /// machine.
    pub cpu: Option<f64>,
}

/// One row of the table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// Name of the scenario.
    pub scenario: String,
    /// What was done.
    pub case: String,
    /// Unit of the rate.
    pub unit: String,
    /// Units per second.
    pub rate: f64,
    /// Latency of a unit.
    pub latency: Option<Latency>,
    /// CPU seconds per 1,000 units, by process.
    pub cpu: BTreeMap<String, f64>,
    /// The load generator's share of all cores, from 0 to 1.
    pub generator: f64,
    /// The share of all cores that unrelated programs used, from 0 to 1. Above a few hundredths, the result means little.
    pub elsewhere: f64,
    /// Row changes per message.
    pub rows: Option<f64>,
    /// Bytes of write-ahead log per message.
    pub wal: Option<f64>,
    /// Other numbers, which only this scenario has.
    pub more: BTreeMap<String, f64>,
    /// Comparison with the limit.
    pub ratio: Option<Ratio>,
    /// Requests that failed.
    pub errors: u64,
    /// The result of the audit; none if there is nothing to audit.
    pub audit: Option<AuditTotals>,
}

impl Outcome {
    /// A result without numbers.
    pub fn new(scenario: &str, case: impl Into<String>, unit: &str) -> Outcome {
        Outcome {
            scenario: scenario.to_owned(),
            case: case.into(),
            unit: unit.to_owned(),
            ..Outcome::default()
        }
    }

    /// Adds the comparison with a limit.
    pub fn compared_with(mut self, limit: &Outcome) -> Outcome {
        let cost = |outcome: &Outcome| outcome.cpu.values().sum::<f64>();
        let (own_cost, limit_cost) = (cost(&self), cost(limit));
        self.ratio = Some(Ratio {
            to: limit.case.clone(),
            ratio: self.rate / limit.rate,
            cpu: (own_cost > 0.0 && limit_cost > 0.0).then(|| limit_cost / own_cost),
        });
        self
    }

    /// Adds another number.
    pub fn with(mut self, name: &str, value: f64) -> Outcome {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// Whether nothing was lost, duplicated or reordered, and no stream was cut off. A step of a search may be too fast:
    /// then subscribers are reset, which is not a silent loss.
    pub fn holds(&self) -> bool {
        self.audit.is_none_or(|audit| match self.scenario == STEP {
            true => audit.promises_kept(),
            false => audit.is_clean(),
        })
    }
}

/// Counters of everything that runs, at one moment.
pub struct Snapshot {
    at: Instant,
    cpu: BTreeMap<String, f64>,
    machine: f64,
    database_counters: DatabaseCounters,
    done: u64,
    frames: u64,
    bytes: u64,
}

impl Snapshot {
    /// Takes a snapshot now. `baseline_pid` is the process of a baseline server.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn take(
        environment: &BenchEnvironment,
        baseline_pid: Option<u32>,
        counters: &LoadCounters,
    ) -> Result<Snapshot, Error> {
        let mut cpu = BTreeMap::new();
        let own = (GENERATOR, std::process::id());
        let all = environment.processes().into_iter().chain([own]);
        for (name, pid) in all.chain(baseline_pid.map(|pid| ("bare", pid))) {
            let seconds = match name {
                "postgres" => usage::family_cpu(pid),
                _ => usage::cpu(pid),
            };
            *cpu.entry(name.to_owned()).or_default() += seconds;
        }
        Ok(Snapshot {
            at: Instant::now(),
            cpu,
            machine: usage::machine(),
            database_counters: environment.database().counters().await?,
            done: counters.done(),
            frames: counters.frames(),
            bytes: counters.bytes(),
        })
    }

    /// The result between this snapshot and a later one.
    pub fn until(&self, later: &Snapshot, mut outcome: Outcome) -> Outcome {
        let seconds = (later.at - self.at).as_secs_f64();
        let done = (later.done - self.done) as f64;
        outcome.rate = done / seconds;
        let mut used = BTreeMap::new();
        for (name, cpu) in &later.cpu {
            let seconds = cpu - self.cpu.get(name).copied().unwrap_or_default();
            used.insert(name.clone(), seconds);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let own = used.get(GENERATOR).copied().unwrap_or_default();
        outcome.generator = own / seconds / cores;
        let busy: f64 = used.values().sum();
        let others = (later.machine - self.machine - busy).max(0.0);
        outcome.elsewhere = others / seconds / cores;
        for (name, seconds) in used.into_iter().filter(|(_, seconds)| *seconds >= 0.01) {
            outcome.cpu.insert(name, seconds / done.max(1.0) * 1_000.0);
        }
        let message_count =
            later.database_counters.message_count - self.database_counters.message_count;
        if message_count > 0 {
            let wal = later.database_counters.wal_bytes - self.database_counters.wal_bytes;
            outcome.wal = Some(wal as f64 / message_count as f64);
        }
        // Statistics are delayed, of rows as of messages: only their ratio is right.
        let messages = later.database_counters.messages - self.database_counters.messages;
        if messages > 0 {
            let rows = later.database_counters.rows - self.database_counters.rows;
            outcome.rows = Some(rows as f64 / messages as f64);
        }
        let frames = (later.frames - self.frames) as f64;
        if frames > 0.0 {
            outcome.more.insert("frames/s".to_owned(), frames / seconds);
            let bytes = (later.bytes - self.bytes) as f64;
            outcome
                .more
                .insert("bytes/delivery".to_owned(), bytes / done.max(1.0));
        }
        outcome
    }
}

/// Requests that are being sent by a thread.
pub struct RequestLoad<W> {
    /// Its counters.
    pub counters: Arc<LoadCounters>,
    thread: std::thread::JoinHandle<std::io::Result<(W, Histogram)>>,
}

impl<W: RequestSource + 'static> RequestLoad<W> {
    /// Starts sending.
    pub fn start(addresses: Vec<SocketAddr>, model: LoadModel, mut source: W) -> RequestLoad<W> {
        let counters = Arc::new(LoadCounters::default());
        let shared = Arc::clone(&counters);
        let thread = std::thread::spawn(move || {
            let durations = send_requests(&addresses, model, &mut source, &shared)?;
            Ok((source, durations))
        });
        RequestLoad { counters, thread }
    }

    /// Stops sending and waits for outstanding responses.
    ///
    /// # Errors
    /// If a connection broke.
    pub async fn finish(self) -> Result<(W, Histogram), Error> {
        self.counters.stop();
        let thread = self.thread;
        let outcome = tokio::task::spawn_blocking(move || thread.join()).await;
        outcome
            .map_err(std::io::Error::other)
            .and_then(|joined| joined.map_err(|_| std::io::Error::other("it panicked")))
            .and_then(|outcome| outcome)
            .map_err(|cause| Error::io("send requests", cause))
    }
}

/// Sends requests for a while and measures them.
///
/// # Errors
/// If a connection breaks or the database returns an error.
pub async fn measure<W: RequestSource + 'static>(
    environment: &BenchEnvironment,
    baseline_pid: Option<u32>,
    (addresses, model, source): (Vec<SocketAddr>, LoadModel, W),
    span: Span,
    outcome: Outcome,
) -> Result<(Outcome, W), Error> {
    let load = RequestLoad::start(addresses, model, source);
    tokio::time::sleep(span.warm_up).await;
    load.counters.record(true);
    let before = Snapshot::take(environment, baseline_pid, &load.counters).await?;
    tokio::time::sleep(span.measured).await;
    let after = Snapshot::take(environment, baseline_pid, &load.counters).await?;
    load.counters.record(false);
    let mut outcome = before.until(&after, outcome);
    outcome.errors = load.counters.errors();
    let (source, durations) = load.finish().await?;
    outcome.latency = Latency::of(&durations);
    Ok((outcome, source))
}
