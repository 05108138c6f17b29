//! `lab faults`: breaks the system and proves that nothing is lost.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use lab_faults::matrix::{ABSENT, Absent, ROWS, Row};
use lab_faults::run::{Outcome, Plan};
use lab_faults::scene::Size;
use lab_faults::stage::{Raising, Stage};
use lab_faults::{checker, report};
use lab_stack::Error;

use super::mutants::{Mutants, OneMutant};
use super::{asked_to_end, code, make, seed_of_the_moment};

/// Options of the fault tests.
#[derive(Args)]
pub struct Faults {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
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
    /// Patches ten bugs into a scratch copy of the checkout, one after the other, and succeeds if the checker detects
    /// all of them. Must be run in the checkout.
    Mutants(Mutants),
    /// Runs the workload for one of the bugs against the services as they were built.
    #[command(hide = true)]
    Mutant(OneMutant),
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
    people: Option<usize>,
    /// Number of chats.
    #[arg(long)]
    chats: Option<usize>,
    /// Number of participants in each chat.
    #[arg(long)]
    members: Option<usize>,
    /// Number of devices of each user.
    #[arg(long)]
    devices: Option<usize>,
}

impl Run {
    fn plan(&self, usual: Size) -> Plan {
        let size = Size {
            people: self.people.unwrap_or(usual.people),
            devices: self.devices.unwrap_or(usual.devices),
            chats: self.chats.unwrap_or(usual.chats),
            members: self.members.unwrap_or(usual.members),
            rate: self.rate.unwrap_or(usual.rate),
        };
        let seed = self.seed.unwrap_or_else(seed_of_the_moment);
        Plan {
            seed,
            size,
            smoke: self.smoke,
            slack: self.slack.max(1),
            keep: self.keep,
            injections: self.injections,
            span: None,
            raising: Raising {
                with_redis: !self.without_redis,
                directory: self.directory.clone(),
                seed,
            },
        }
    }

    /// What to play, and what not, with the reason.
    fn rows(&self, plan: &Plan) -> (Vec<Row>, Vec<Absent>) {
        let wanted = |row: &&Row| match self.only.is_empty() {
            true => plan.injections(row) > 0,
            false => self.only.iter().any(|id| id.eq_ignore_ascii_case(row.id)),
        };
        // A row that is asked for by name is played, also where a smoke run leaves it out.
        let least = u32::from(!self.only.is_empty());
        let (mut rows, mut absent) = (Vec::new(), Vec::new());
        if self.only.is_empty() && !self.smoke {
            absent.extend(
                ABSENT
                    .iter()
                    .map(|(id, title, why)| Absent::new(id, title, *why)),
            );
        }
        for row in ROWS.iter().filter(wanted) {
            match row.obstacle(plan.raising.with_redis) {
                None => rows.push(Row {
                    smoke: row.smoke.max(least),
                    ..*row
                }),
                Some(why) => absent.push(Absent::new(row.id, row.title, why)),
            }
        }
        // Rows on the same stage follow each other; the order is otherwise that of the table.
        rows.sort_by_key(|row| row.flavor);
        (rows, absent)
    }
}

/// Runs what was asked for.
pub async fn run(faults: Faults) -> Result<ExitCode, Error> {
    match faults.what {
        What::List => {
            for row in ROWS {
                println!("{:<4} {}: {}", row.id, row.title, row.how);
            }
            Ok(ExitCode::SUCCESS)
        }
        What::Check { history } => {
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
            Ok(code(findings.violations.is_empty()))
        }
        What::Run(run) => tokio::select! {
            outcome = play(&run) => outcome,
            _ = asked_to_end() => Ok(ExitCode::FAILURE),
        },
        What::Soak { minutes, run } => tokio::select! {
            outcome = soak(&run, minutes) => outcome,
            _ = asked_to_end() => Ok(ExitCode::FAILURE),
        },
        What::Mutants(mutants) => mutants.play_all().await,
        What::Mutant(one) => tokio::select! {
            outcome = one.play() => outcome,
            _ = asked_to_end() => Ok(ExitCode::FAILURE),
        },
    }
}

async fn soak(run: &Run, minutes: u64) -> Result<ExitCode, Error> {
    let mut plan = run.plan(Size::STEADY);
    plan.span = Some(std::time::Duration::from_secs(minutes * 60));
    make(&plan.raising.directory)?;
    println!("lab: seed {}, {minutes} minutes", plan.seed);
    let Some(row) = ROWS.iter().find(|row| row.id == "F30") else {
        return Ok(ExitCode::FAILURE);
    };
    let stage = Arc::new(Stage::raise(row.flavor, &plan.raising).await?);
    let outcome = plan.play(row, &stage).await;
    println!("{}", report::row(&outcome, &plan));
    Ok(code(outcome.passed()))
}

async fn play(run: &Run) -> Result<ExitCode, Error> {
    let plan = run.plan(if run.smoke { Size::SMALL } else { Size::FULL });
    make(&plan.raising.directory)?;
    println!("lab: seed {}", plan.seed);
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut stage: Option<Arc<Stage>> = None;
    let (rows, absent) = run.rows(&plan);
    for row in rows {
        let fits = |stage: &Arc<Stage>| stage.flavor() == row.flavor;
        let on = match stage.take().filter(fits) {
            Some(stage) => stage,
            None => Arc::new(Stage::raise(row.flavor, &plan.raising).await?),
        };
        let outcome = plan.play(&row, &on).await;
        println!("{}", report::row(&outcome, &plan));
        // A stage on which something failed may stay broken: the next row gets another one.
        stage = outcome.passed().then_some(on);
        outcomes.push(outcome);
    }
    outcomes.sort_by_key(|outcome| ROWS.iter().position(|row| row.id == outcome.row.id));
    println!("\n{}", report::text(&outcomes, &absent));
    println!("seed {}", plan.seed);
    write(&run.markdown, &report::markdown(&outcomes, &absent))?;
    write(&run.junit, &report::junit(&outcomes))?;
    Ok(code(outcomes.iter().all(Outcome::passed)))
}

fn write(path: &Option<PathBuf>, text: &str) -> Result<(), Error> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, text).map_err(|cause| Error::Io {
        what: format!("write {}", path.display()),
        cause,
    })
}
