//! `lab bench`: how fast it is, next to what this machine could do at the most.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use lab::Error;
use lab::bench::baselines::Baseline;
use lab::bench::scenarios::{ALL, Bench as Play, Plan};
use lab::bench::{Outcome, report};

use super::asked_to_end;

/// What to measure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    /// The short form: the cases that say most, in under ten minutes.
    #[arg(long)]
    short: bool,
    /// Only these scenarios, such as write,fanout.
    #[arg(long, value_delimiter = ',', value_parser = ALL)]
    only: Vec<String>,
    /// Only cases whose name contains this, such as "32 chats of 10".
    #[arg(long)]
    case: Option<String>,
    /// Fan-out at these deliveries per second, instead of a search for the fastest.
    #[arg(long, value_delimiter = ',')]
    rates: Vec<f64>,
    /// Runs, of which the medians are shown.
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// How long each case is measured, in seconds.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// A variable for every service, as NAME=value; may be repeated.
    #[arg(long = "env", value_parser = super::with::variable)]
    environment: Vec<(String, String)>,
    /// Where raw results go, as JSON.
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
    /// Write the table here as Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// A bare server: the bench starts these by itself.
    #[command(hide = true)]
    Baseline {
        #[command(subcommand)]
        baseline: Baseline,
    },
}

/// Measures, and fails when a promise was broken.
pub async fn run(bench: Bench) -> Result<ExitCode, Error> {
    if let Some(What::Baseline { baseline }) = bench.what {
        baseline.run().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = Plan {
        short: bench.short,
        only: bench.only.clone(),
        case: bench.case.clone(),
        rates: bench.rates.clone(),
        measured: Duration::from_secs_f64(bench.seconds),
        environment: bench.environment.clone(),
    };
    let machine = machine();
    println!("{machine}");
    make(&bench.directory)?;
    let mut runs: Vec<Vec<Outcome>> = Vec::new();
    for run in 1..=bench.runs {
        let outcomes = tokio::select! {
            outcomes = Play::play(plan.clone()) => outcomes?,
            _ = asked_to_end() => return Ok(ExitCode::FAILURE),
        };
        let raw = serde_json::json!({ "machine": machine, "outcomes": outcomes });
        let path = bench.directory.join(format!("run-{run}.json"));
        write(
            &path,
            &serde_json::to_string_pretty(&raw).unwrap_or_default(),
        )?;
        runs.push(outcomes);
    }
    let outcomes = report::medians(&runs);
    let table = report::markdown(&outcomes);
    println!("\n{table}");
    if let Some(path) = &bench.markdown {
        write(path, &table)?;
    }
    for (name, svg) in report::plots(&outcomes) {
        write(&bench.directory.join(name), &svg)?;
    }
    Ok(match outcomes.iter().all(Outcome::holds) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// What the numbers are of.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model
        .unwrap_or("an unknown processor")
        .trim_start_matches(['\t', ':', ' ']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1));
    let gib = memory
        .and_then(|kib| kib.parse::<f64>().ok())
        .unwrap_or_default()
        / 1_048_576.0;
    format!("{cores} cores of {model}, {gib:.0} GiB, the load generator included")
}

fn make(directory: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(directory).map_err(|cause| Error::Io {
        what: format!("make {}", directory.display()),
        cause,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|cause| Error::Io {
        what: format!("write {}", path.display()),
        cause,
    })
}
