//! `lab faults mutants`: does the checker detect bugs?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lab_faults::environment::EnvironmentSettings;
use lab_faults::mutants::{MUTANTS, Mutant, ScratchCopy};
use lab_faults::report;
use lab_faults::run::Plan;
use lab_faults::workload::WorkloadSize;
use lab_stack::Error;

use super::{create_directory, exit_code, seed_from_clock};

#[derive(Args)]
pub(super) struct Mutants {
    /// Test only these bugs, such as no_sweep,no_gap_fill.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Run the same workloads without the bugs, and succeed if nothing is detected.
    #[arg(long)]
    control: bool,
    /// Seed of the random schedule, to repeat an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// Directory in which the scratch copy is made and built. The first build takes as long as that of a fresh clone.
    #[arg(long, default_value = "target/mutants")]
    scratch: PathBuf,
    /// Directory for recorded histories.
    #[arg(long, default_value = "target/faults")]
    directory: PathBuf,
}

impl Mutants {
    /// Builds the services and this program with each of the bugs, and runs the workload with them.
    pub(super) async fn run_all(&self) -> Result<ExitCode, Error> {
        create_directory(&self.directory)?;
        let seed = self.seed.unwrap_or_else(seed_from_clock);
        println!("lab: seed {seed}");
        let (mut detected, mut run_count) = (0, 0);
        for mutant in MUTANTS.iter().filter(|mutant| self.wants(mutant)) {
            let copy = ScratchCopy::of_the_checkout(&self.scratch)?;
            if !self.control {
                copy.apply(mutant.name)?;
            }
            let mut lab = tokio::process::Command::new(copy.build("lab")?);
            lab.args(["faults", "mutant", mutant.name, "--seed"])
                .arg(seed.to_string())
                .arg("--directory")
                .arg(&self.directory)
                .args(self.control.then_some("--control"))
                .kill_on_drop(true);
            let status = lab.status().await.map_err(|cause| Error::Io {
                what: "run the copy of lab".to_owned(),
                cause,
            })?;
            run_count += 1;
            detected += usize::from(status.success());
        }
        println!("{detected} of {run_count}");
        Ok(exit_code(detected == run_count))
    }

    fn wants(&self, mutant: &Mutant) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == mutant.name)
    }
}

#[derive(Args)]
pub(super) struct MutantRun {
    name: String,
    #[arg(long)]
    control: bool,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    directory: PathBuf,
}

impl MutantRun {
    /// Succeeds if the bug is detected or, as a control, if nothing is.
    pub(super) async fn run(&self) -> Result<ExitCode, Error> {
        let Some(mutant) = MUTANTS.iter().find(|mutant| mutant.name == self.name) else {
            println!("there is no mutant {}", self.name);
            return Ok(ExitCode::FAILURE);
        };
        let plan = Plan {
            seed: self.seed,
            size: WorkloadSize::SMALL,
            smoke: true,
            slack: 4,
            keep: false,
            injections: None,
            span: None,
            environment_settings: EnvironmentSettings {
                with_redis: true,
                directory: self.directory.clone(),
                seed: self.seed,
            },
        };
        let outcome = mutant.run(&plan).await?;
        let caught = mutant.caught(&outcome);
        let (as_expected, result) = match self.control {
            false if caught.is_empty() => (false, "NOT DETECTED".to_owned()),
            false => (true, format!("detected by {}", caught.join(", "))),
            true if outcome.passed() => (true, "no violations without the bug".to_owned()),
            true => (false, "VIOLATIONS WITHOUT THE BUG".to_owned()),
        };
        println!("{:<40} {result}", mutant.name);
        if !as_expected || self.control {
            println!("{}", report::row(&outcome, &plan));
        } else if let Some(violation) = outcome.findings.violations.first() {
            println!("{:<40} {violation}", "");
        }
        Ok(exit_code(as_expected))
    }
}
