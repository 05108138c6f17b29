//! `lab bench`: measures performance, compared with the limits of this machine.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use lab_bench::baselines::Baseline;
use lab_bench::scenarios::{ALL, Bench as BenchRun, Plan};
use lab_bench::{Outcome, report};
use lab_stack::Error;

use super::shutdown_requested;

/// Options of the benchmarks.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Bench {
    #[command(subcommand)]
    command: Option<BenchCommand>,
    /// Run only the most informative cases, in under ten minutes.
    #[arg(long)]
    short: bool,
    /// Run only these scenarios, such as write,fanout.
    #[arg(long, value_delimiter = ',', value_parser = ALL)]
    only: Vec<String>,
    /// Run only cases whose name contains this text, such as "32 chats of 10".
    #[arg(long)]
    case: Option<String>,
    /// Measure fan-out at these rates (deliveries per second) instead of searching for the highest sustainable one.
    #[arg(long, value_delimiter = ',')]
    rates: Vec<f64>,
    /// Number of runs; the medians are reported.
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// Duration of each measurement, in seconds.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Environment variable for all services, as NAME=value. Can be repeated.
    #[arg(long = "env", value_parser = super::run::variable)]
    environment: Vec<(String, String)>,
    /// Directory for the raw results, as JSON.
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
    /// File to which the table of results is written, as Markdown.
    #[arg(long)]
    markdown: Option<PathBuf>,
}

#[derive(Subcommand)]
enum BenchCommand {
    /// Run a baseline server. The benchmarks start these themselves.
    #[command(hide = true)]
    Baseline {
        #[command(subcommand)]
        baseline: Baseline,
    },
}

/// Runs the benchmarks. Fails if a promise was broken.
pub async fn run(bench: Bench) -> Result<ExitCode, Error> {
    if let Some(BenchCommand::Baseline { baseline }) = bench.command {
        baseline.run().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let plan = Plan {
        short: bench.short,
        only: bench.only.clone(),
        case: bench.case.clone(),
        rates: bench.rates.clone(),
        measured: Duration::from_secs_f64(bench.seconds),
        service_environment: bench.environment.clone(),
    };
    let machine = machine();
    println!("{machine}");
    create_directory(&bench.directory)?;
    let mut runs: Vec<Vec<Outcome>> = Vec::new();
    for run in 1..=bench.runs {
        let outcomes = tokio::select! {
            outcomes = BenchRun::run(plan.clone()) => outcomes?,
            _ = shutdown_requested() => return Ok(ExitCode::FAILURE),
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

/// Describes the machine.
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

fn create_directory(directory: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(directory).map_err(|cause| Error::Io {
        what: format!("create {}", directory.display()),
        cause,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|cause| Error::Io {
        what: format!("write {}", path.display()),
        cause,
    })
}
