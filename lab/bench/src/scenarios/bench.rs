//! What all scenarios use: the system, the plan, and the results so far.

use std::time::Duration;

use crate::environment::BenchEnvironment;
use crate::measure::{Outcome, Span};
use crate::report;

/// What to play, and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The short form: the cases that say most.
    pub short: bool,
    /// Only these scenarios; none means all.
    pub only: Vec<String>,
    /// Only cases whose name contains this.
    pub case: Option<String>,
    /// Fan-out at these deliveries per second, instead of a search for the fastest.
    pub rates: Vec<f64>,
    /// How long each case is measured.
    pub measured: Duration,
    /// Variables for all services, over those of the bench.
    pub service_environment: Vec<(String, String)>,
}

impl Plan {
    /// Whether a case is wanted.
    pub fn wants(&self, case: &str) -> bool {
        let part = self.case.as_deref().unwrap_or_default();
        case.contains(part)
    }

    /// How long a case is measured.
    pub fn span(&self) -> Span {
        Span {
            warm_up: Duration::from_millis(1_500),
            measured: self.measured,
        }
    }
}

/// What a scenario has to hand.
pub struct Bench {
    /// The system.
    pub environment: BenchEnvironment,
    /// What is wanted.
    pub plan: Plan,
    /// All results so far.
    pub outcomes: Vec<Outcome>,
}

impl Bench {
    /// A result: said at once, because the rest takes a while.
    pub fn add(&mut self, outcome: Outcome) {
        println!("{}", report::line(&outcome));
        self.outcomes.push(outcome);
    }
}
