//! One row from an empty scene to a verdict.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::checker::{self, Findings};
use super::dice::Dice;
use super::history::History;
use super::injection::Turn;
use super::matrix::Row;
use super::scene::{Scene, Size};
use super::stage::{Raising, Stage};
use super::traffic::Traffic;
use super::upkeep::{LogWatch, take_stock, until_given_back};
use lab_stack::Error;

/// How everything in this run is done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of schedule and choices.
    pub seed: u64,
    /// How much happens.
    pub size: Size,
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
    pub raising: Raising,
    /// Keep histories that show nothing wrong.
    pub keep: bool,
}

/// How long devices have to catch up after the last fault. The promise is ten seconds.
const CONVERGENCE: Duration = Duration::from_secs(10);

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
    pub async fn play(&self, row: &Row, stage: &Arc<Stage>) -> Outcome {
        let begun = Instant::now();
        let path = self.raising.directory.join(format!("{}.jsonl", row.id));
        let mut outcome = Outcome {
            row: *row,
            injections: 0,
            findings: Findings::default(),
            converged: None,
            took: Duration::ZERO,
            history: Some(path.clone()),
            error: None,
        };
        if let Err(error) = self.perform(row, stage, &mut outcome).await {
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
        outcome.took = begun.elapsed();
        outcome
    }

    async fn perform(
        &self,
        row: &Row,
        stage: &Arc<Stage>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let path = self.raising.directory.join(format!("{}.jsonl", row.id));
        let history = History::create(&path)?;
        let meta = json!({ "fault": row.id, "seed": self.seed, "bound_ms": row.bound_ms,
            "slack": self.slack, "resets": row.resets, "allowed_errors": row.allowed_errors, "attempts": row.attempts });
        history.write("meta", &meta);
        let logs = LogWatch::begin(stage);
        let dice = Dice::new(self.seed).for_part(row.id);
        let scene = Arc::new(Scene::set(stage, self.size, &history).await?);
        let held = take_stock(stage, &history, "before").await;
        scene.switch_on(self.size).await?;
        let traffic = Traffic::start(&scene, self.size, &dice);
        let injected = self.inject(row, &scene, &dice, outcome).await;
        traffic.stop().await;
        let patience = CONVERGENCE * u32::try_from(self.slack).unwrap_or(1);
        outcome.converged = scene.converge(patience).await;
        scene.ask_at_rest().await;
        let feeds = scene.feeds().await;
        scene.leave().await;

        for (kind, row) in stage.observer().await?.dump(&feeds).await? {
            history.write(kind, &row);
        }
        until_given_back(stage, &held).await;
        take_stock(stage, &history, "after").await;
        logs.end(stage, &history);
        history.flush()?;
        injected
    }

    /// The first fault of a row in the whole matrix lasts as long as the documentation says;
    /// the others are shorter, and each a little different.
    fn hold(&self, row: &Row, round: u32, dice: &mut Dice) -> Duration {
        let jitter = dice.millis(0, row.brief_ms / 2);
        match round == 0 && !self.smoke {
            true => Duration::from_millis(row.long_ms),
            false => Duration::from_millis(row.brief_ms * 3 / 4) + jitter,
        }
    }

    async fn inject(
        &self,
        row: &Row,
        scene: &Arc<Scene>,
        dice: &Dice,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let mut dice = dice.for_part("schedule");
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
            let mut turn = Turn {
                scene,
                round,
                hold: self.hold(row, round, &mut dice),
                dice: &mut dice,
            };
            outcome.injections += row.fault.inject(&mut turn).await?;
            sleep(dice.millis(200, 900)).await;
        }
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}
