//! `lab faults`: injects faults and checks that nothing is lost.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use lab_faults::environment::{EnvironmentSettings, FaultEnvironment};
use lab_faults::matrix::{NEVER_INJECTED, ROWS, Row, SkippedRow};
use lab_faults::run::{Outcome, Plan};
use lab_faults::workload::WorkloadSize;
use lab_faults::{checker, report};
use lab_stack::Error;

use super::mutants::{MutantRun, Mutants};
use super::{create_directory, exit_code, seed_from_clock, shutdown_requested};

/// Options of the fault tests.
#[derive(Args)]
pub struct Faults {
    #[command(subcommand)]
    command: FaultsCommand,
}

#[derive(Subcommand)]
enum FaultsCommand {
    /// Runs the fault matrix, or some of its rows.
    Run(Run),
    /// Injects one to three random faults at once, again and again, for a given time.
    Soak {
        /// Duration, in minutes.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
        /// The options of `run`.
        #[command(flatten)]
        run: Run,
    },
    /// Checks a recorded history again.
    Check {
        /// The history file that a run has kept.
        history: PathBuf,
    },
    /// Patches bugs into a scratch copy of the checkout, one after the other, and succeeds if the checker detects
    /// all of them. Must be run in the checkout.
    Mutants(Mutants),
    /// Runs the workload for one of the bugs against the services as they were built.
    #[command(hide = true)]
    Mutant(MutantRun),
    /// Lists the rows of the matrix.
    List,
}

#[derive(Args)]
struct Run {
    /// Run only these rows, such as F2,F6.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Seed of the random schedule, to repeat an earlier run. By default it is taken from the clock and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Run a short version with few users and few injections.
    #[arg(long)]
    smoke: bool,
    /// Number of injections for each row, instead of its usual number.
    #[arg(long)]
    injections: Option<u32>,
    /// Run without Redis from the start.
    #[arg(long)]
    without_redis: bool,
    /// Factor by which bounds on delays may be exceeded, because other programs use the machine, too.
    #[arg(long, default_value_t = 4)]
    slack: u64,
    /// Directory for recorded histories.
    #[arg(long, default_value = "target/faults")]
    directory: PathBuf,
    /// Also keep the histories of rows that passed.
    #[arg(long)]
    keep: bool,
    /// File to which the table of results is written, as Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// File to which the results are written, as JUnit XML.
    #[arg(long)]
    junit: Option<PathBuf>,
    /// Operations per second of all users together.
    #[arg(long)]
    rate: Option<f64>,
    /// Number of users.
    #[arg(long)]
    users: Option<usize>,
    /// Number of chats.
    #[arg(long)]
    chats: Option<usize>,
    /// Number of participants in each chat.
    #[arg(long)]
    participants: Option<usize>,
    /// Number of devices of each user.
    #[arg(long)]
    devices: Option<usize>,
}

impl Run {
    fn plan(&self, defaults: WorkloadSize) -> Plan {
        let size = WorkloadSize {
            users: self.users.unwrap_or(defaults.users),
            devices: self.devices.unwrap_or(defaults.devices),
            chats: self.chats.unwrap_or(defaults.chats),
            participants: self.participants.unwrap_or(defaults.participants),
            rate: self.rate.unwrap_or(defaults.rate),
        };
        let seed = self.seed.unwrap_or_else(seed_from_clock);
        Plan {
            seed,
            size,
            smoke: self.smoke,
            slack: self.slack.max(1),
            keep: self.keep,
            injections: self.injections,
            span: None,
            environment_settings: EnvironmentSettings {
                with_redis: !self.without_redis,
                directory: self.directory.clone(),
                seed,
            },
        }
    }

    /// The rows to run, and those to skip, with reasons.
    fn rows(&self, plan: &Plan) -> (Vec<Row>, Vec<SkippedRow>) {
        let wanted = |row: &&Row| match self.only.is_empty() {
            true => plan.injections(row) > 0,
            false => self.only.iter().any(|id| id.eq_ignore_ascii_case(row.id)),
        };
        // A row that is named is run even if the smoke test does not include it.
        let min_injections = u32::from(!self.only.is_empty());
        let (mut rows, mut skipped) = (Vec::new(), Vec::new());
        if self.only.is_empty() && !self.smoke {
            skipped.extend(
                NEVER_INJECTED
                    .iter()
                    .map(|(id, title, why)| SkippedRow::new(id, title, *why)),
            );
        }
        for row in ROWS.iter().filter(wanted) {
            match row.unsupported_reason(plan.environment_settings.with_redis) {
                None => rows.push(Row {
                    smoke: row.smoke.max(min_injections),
                    ..*row
                }),
                Some(why) => skipped.push(SkippedRow::new(row.id, row.title, why)),
            }
        }
        // Rows with the same kind of environment follow each other, otherwise in the order of the matrix.
        rows.sort_by_key(|row| row.environment);
        (rows, skipped)
    }
}

/// Runs the subcommand.
pub async fn run(faults: Faults) -> Result<ExitCode, Error> {
    match faults.command {
        FaultsCommand::List => {
            for row in ROWS {
                println!("{:<4} {}: {}", row.id, row.title, row.how);
            }
            Ok(ExitCode::SUCCESS)
        }
        FaultsCommand::Check { history } => {
            let findings = checker::check(&history)?;
            for violation in &findings.violations {
                println!("{violation}");
            }
            println!(
                "{} messages, {} deliveries, {} violations; {:?}",
                findings.messages,
                findings.deliveries,
                findings.violations.len(),
                findings.delays
            );
            Ok(exit_code(findings.violations.is_empty()))
        }
        FaultsCommand::Run(run) => tokio::select! {
            outcome = run_rows(&run) => outcome,
            _ = shutdown_requested() => Ok(ExitCode::FAILURE),
        },
        FaultsCommand::Soak { minutes, run } => tokio::select! {
            outcome = soak(&run, minutes) => outcome,
            _ = shutdown_requested() => Ok(ExitCode::FAILURE),
        },
        FaultsCommand::Mutants(mutants) => mutants.run_all().await,
        FaultsCommand::Mutant(one) => tokio::select! {
            outcome = one.run() => outcome,
            _ = shutdown_requested() => Ok(ExitCode::FAILURE),
        },
    }
}

async fn soak(run: &Run, minutes: u64) -> Result<ExitCode, Error> {
    let mut plan = run.plan(WorkloadSize::STEADY);
    plan.span = Some(std::time::Duration::from_secs(minutes * 60));
    create_directory(&plan.environment_settings.directory)?;
    println!("lab: seed {}, {minutes} minutes", plan.seed);
    let Some(row) = ROWS.iter().find(|row| row.id == "F30") else {
        return Ok(ExitCode::FAILURE);
    };
    let environment =
        Arc::new(FaultEnvironment::start(row.environment, &plan.environment_settings).await?);
    let outcome = plan.run_row(row, &environment).await;
    println!("{}", report::row(&outcome, &plan));
    Ok(exit_code(outcome.passed()))
}

async fn run_rows(run: &Run) -> Result<ExitCode, Error> {
    let plan = run.plan(if run.smoke {
        WorkloadSize::SMALL
    } else {
        WorkloadSize::FULL
    });
    create_directory(&plan.environment_settings.directory)?;
    println!("lab: seed {}", plan.seed);
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut environment: Option<Arc<FaultEnvironment>> = None;
    let (rows, skipped) = run.rows(&plan);
    for row in rows {
        let fits = |environment: &Arc<FaultEnvironment>| environment.kind() == row.environment;
        let environment_for_row = match environment.take().filter(fits) {
            Some(environment) => environment,
            None => Arc::new(
                FaultEnvironment::start(row.environment, &plan.environment_settings).await?,
            ),
        };
        let outcome = plan.run_row(&row, &environment_for_row).await;
        println!("{}", report::row(&outcome, &plan));
        // After a failure, the environment may stay broken: the next row gets a new one.
        environment = outcome.passed().then_some(environment_for_row);
        outcomes.push(outcome);
    }
    outcomes.sort_by_key(|outcome| ROWS.iter().position(|row| row.id == outcome.row.id));
    println!("\n{}", report::text(&outcomes, &skipped));
    println!("seed {}", plan.seed);
    write(&run.markdown, &report::markdown(&outcomes, &skipped))?;
    write(&run.junit, &report::junit(&outcomes))?;
    Ok(exit_code(outcomes.iter().all(Outcome::passed)))
}

fn write(path: &Option<PathBuf>, text: &str) -> Result<(), Error> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, text).map_err(|cause| Error::Io {
        what: format!("write {}", path.display()),
        cause,
    })
}
