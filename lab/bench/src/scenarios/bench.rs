//! What all scenarios share: the system, the plan, and the results so far.

use std::time::Duration;

use crate::environment::BenchEnvironment;
use crate::measure::{Outcome, Span};
use crate::report;

/// Which scenarios to run, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Run only the most informative cases.
    pub short: bool,
    /// Run only these scenarios; empty means all.
    pub only: Vec<String>,
    /// Run only cases whose name contains this text.
    pub case: Option<String>,
    /// Measure fan-out at these rates, in deliveries per second, instead of searching for the highest.
    pub rates: Vec<f64>,
    /// How long each case is measured, without the warm-up.
    pub measured: Duration,
    /// Environment variables for all services, which override those of the bench.
    pub service_environment: Vec<(String, String)>,
}

impl Plan {
    /// Whether a case is selected.
    pub fn wants(&self, case: &str) -> bool {
        let part = self.case.as_deref().unwrap_or_default();
        case.contains(part)
    }

    /// The phases of a measurement.
    pub fn span(&self) -> Span {
        Span {
            warm_up: Duration::from_millis(1_500),
            measured: self.measured,
        }
    }
}

/// The state of a run.
pub struct Bench {
    /// The system under test.
    pub environment: BenchEnvironment,
    /// What to run.
    pub plan: Plan,
    /// All results so far.
    pub outcomes: Vec<Outcome>,
}

impl Bench {
    /// Adds a result and prints it at once, because the rest takes a while.
    pub fn add(&mut self, outcome: Outcome) {
        println!("{}", report::line(&outcome));
        self.outcomes.push(outcome);
    }
}
