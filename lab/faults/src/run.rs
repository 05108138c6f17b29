//! One row from an empty scene to a verdict.

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

/// How everything in this run is done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of schedule and choices.
    pub seed: u64,
    /// How much happens.
    pub size: WorkloadSize,
    /// Whether this is the smoke test.
    pub smoke: bool,
    /// By how much a bound on delays may be exceeded before it counts: other people use the
    /// machine, too.
    pub slack: u64,
    /// So many injections of each row, instead of the usual number.
    pub injections: Option<u32>,
    /// Go on for so long, instead of a number of injections.
    pub span: Option<Duration>,
    /// How stages are raised.
    pub environment_settings: EnvironmentSettings,
    /// Keep histories that show nothing wrong.
    pub keep: bool,
}

/// How long devices have to catch up after the last fault. The promise is ten seconds.
const CONVERGENCE_TIMEOUT: Duration = Duration::from_secs(10);

/// What came of a row.
#[derive(Debug)]
pub struct Outcome {
    /// Which row.
    pub row: Row,
    /// How often something was broken.
    pub injections: u32,
    /// What the checker says.
    pub findings: Findings,
    /// From the end of the traffic until everyone had everything.
    pub converged: Option<Duration>,
    /// All of it.
    pub took: Duration,
    /// The history, if it was kept.
    pub history: Option<PathBuf>,
    /// The run itself failed.
    pub error: Option<String>,
}

impl Outcome {
    /// Nothing is wrong.
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

    /// Plays a row on a stage.
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
        // A run that broke off is judged as well, as far as it went.
        match checker::check(&path) {
            Ok(findings) => outcome.findings = findings,
            Err(error) => {
                outcome.error.get_or_insert(error.to_string());
            }
        }
        if outcome.passed() && !self.keep {
            outcome.history = None;
            // Nothing depends on it: a file that stays only takes room.
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

    /// The first fault of a row in the whole matrix lasts as long as the documentation says;
    /// the others are shorter, and each a little different.
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
