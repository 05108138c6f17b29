//! Runs one row of the matrix, from an empty workload to the findings of the checker.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::checker::{self, Findings};
use super::environment::{EnvironmentSettings, FaultEnvironment};
use super::history::History;
use super::injection::InjectionContext;
use super::matrix::Row;
use super::resource_watch::{LogWatch, record_resources, wait_for_released_files};
use super::seeded_rng::SeededRng;
use super::traffic::Traffic;
use super::workload::{Workload, WorkloadSize};
use lab_stack::Error;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Seed of the schedule and of all choices.
    pub seed: u64,
    /// Size of the workload.
    pub size: WorkloadSize,
    /// Whether to run the smoke test.
    pub smoke: bool,
    /// Factor by which a bound on delays may be exceeded, because other programs use the machine, too.
    pub slack: u64,
    /// Number of injections of each row, instead of its usual number.
    pub injections: Option<u32>,
    /// How long to inject, instead of a number of injections.
    pub span: Option<Duration>,
    /// Settings of environments.
    pub environment_settings: EnvironmentSettings,
    /// Keep histories without violations.
    pub keep: bool,
}

/// How long devices may take to receive everything after the last fault. The promise is ten seconds.
const CONVERGENCE_TIMEOUT: Duration = Duration::from_secs(10);

/// The result of a row.
#[derive(Debug)]
pub struct Outcome {
    /// The row.
    pub row: Row,
    /// Number of injected faults.
    pub injections: u32,
    /// The findings of the checker.
    pub findings: Findings,
    /// Time from the end of the traffic until all devices had received everything.
    pub converged: Option<Duration>,
    /// Duration of the row.
    pub took: Duration,
    /// Path of the history, if it was kept.
    pub history: Option<PathBuf>,
    /// Why the run itself failed.
    pub error: Option<String>,
}

impl Outcome {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.error.is_none() && self.findings.violations.is_empty()
    }
}

impl Plan {
    /// Injections of a row in this run.
    pub fn injections(&self, row: &Row) -> u32 {
        let usual = if self.smoke { row.smoke } else { row.full };
        self.injections.unwrap_or(usual)
    }

    /// Runs a row in an environment.
    pub async fn run_row(&self, row: &Row, environment: &Arc<FaultEnvironment>) -> Outcome {
        let began = Instant::now();
        let path = self
            .environment_settings
            .directory
            .join(format!("{}.jsonl", row.id));
        let mut outcome = Outcome {
            row: *row,
            injections: 0,
            findings: Findings::default(),
            converged: None,
            took: Duration::ZERO,
            history: Some(path.clone()),
            error: None,
        };
        if let Err(error) = self.record_row(row, environment, &mut outcome).await {
            outcome.error = Some(error.to_string());
        }
        // A history that ends early is checked as well.
        match checker::check(&path) {
            Ok(findings) => outcome.findings = findings,
            Err(error) => {
                outcome.error.get_or_insert(error.to_string());
            }
        }
        if outcome.passed() && !self.keep {
            outcome.history = None;
            // A file that cannot be removed only takes up space.
            let _ = std::fs::remove_file(&path);
        }
        outcome.took = began.elapsed();
        outcome
    }

    async fn record_row(
        &self,
        row: &Row,
        environment: &Arc<FaultEnvironment>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let path = self
            .environment_settings
            .directory
            .join(format!("{}.jsonl", row.id));
        let history = History::create(&path)?;
        let meta = json!({ "fault": row.id, "seed": self.seed, "bound_ms": row.bound_ms,
            "slack": self.slack, "resets": row.resets, "allowed_errors": row.allowed_errors, "attempts": row.attempts });
        history.write("meta", &meta);
        let logs = LogWatch::begin(environment);
        let rng = SeededRng::new(self.seed).fork(row.id);
        let workload = Arc::new(Workload::create(environment, self.size, &history).await?);
        let files_before = record_resources(environment, &history, "before").await;
        workload.start_devices(self.size).await?;
        let traffic = Traffic::start(&workload, self.size, &rng);
        let injected = self.inject(row, &workload, &rng, outcome).await;
        traffic.stop().await;
        let timeout = CONVERGENCE_TIMEOUT * u32::try_from(self.slack).unwrap_or(1);
        outcome.converged = workload.converge(timeout).await;
        workload.record_final_state().await;
        let feeds = workload.feeds().await;
        workload.stop_devices().await;

        for (kind, row) in environment.observer().await?.dump(&feeds).await? {
            history.write(kind, &row);
        }
        wait_for_released_files(environment, &files_before).await;
        record_resources(environment, &history, "after").await;
        logs.end(environment, &history);
        history.flush()?;
        injected
    }

    /// The first fault of a row in the full matrix lasts as long as the documentation says. The others are shorter, with
    /// jitter.
    fn fault_duration(&self, row: &Row, round: u32, rng: &mut SeededRng) -> Duration {
        let jitter = rng.millis(0, row.brief_ms / 2);
        match round == 0 && !self.smoke {
            true => Duration::from_millis(row.long_ms),
            false => Duration::from_millis(row.brief_ms * 3 / 4) + jitter,
        }
    }

    async fn inject(
        &self,
        row: &Row,
        workload: &Arc<Workload>,
        rng: &SeededRng,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let mut rng = rng.fork("schedule");
        sleep(Duration::from_secs(1)).await;
        let deadline = self.span.map(|span| Instant::now() + span);
        for round in 0.. {
            let over = match deadline {
                Some(deadline) => Instant::now() > deadline,
                None => round >= self.injections(row),
            };
            if over {
                break;
            }
            let mut context = InjectionContext {
                workload,
                round,
                fault_duration: self.fault_duration(row, round, &mut rng),
                rng: &mut rng,
            };
            outcome.injections += row.fault.inject(&mut context).await?;
            sleep(rng.millis(200, 900)).await;
        }
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}
