//! What is measured, one file per scenario.

pub mod day;
pub mod fanout;
pub mod read;
pub mod scale;
pub mod session;
pub mod sockets;
pub mod write;

use std::time::Duration;

use super::measure::{Outcome, Span};
use super::{Stage, report};
use lab_stack::Error;

/// The scenarios, in the order in which they are played.
pub const ALL: [&str; 8] = [
    "write", "fanout", "read", "depth", "sockets", "day", "session", "scale",
];

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
    pub environment: Vec<(String, String)>,
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
    pub stage: Stage,
    /// What is wanted.
    pub plan: Plan,
    /// All results so far.
    pub outcomes: Vec<Outcome>,
}

impl Bench {
    /// Plays everything that is wanted, once.
    ///
    /// # Errors
    /// When anything fails, other than a promise.
    pub async fn play(plan: Plan) -> Result<Vec<Outcome>, Error> {
        let stage = Stage::raise(&plan.environment).await?;
        let mut bench = Bench {
            stage,
            plan,
            outcomes: Vec::new(),
        };
        for scenario in ALL {
            if !bench.plan.only.is_empty() && !bench.plan.only.iter().any(|name| name == scenario) {
                continue;
            }
            // What people were in before would be in their lists.
            bench.stage.disperse();
            match scenario {
                "write" => write::play(&mut bench).await?,
                "fanout" => fanout::play(&mut bench).await?,
                "read" => read::play(&mut bench).await?,
                "depth" => read::depth(&mut bench).await?,
                "sockets" => sockets::play(&mut bench).await?,
                "day" => day::play(&mut bench).await?,
                "session" => session::play(&mut bench).await?,
                _ => scale::play(&mut bench).await?,
            }
        }
        Ok(bench.outcomes)
    }

    /// A result: said at once, because the rest takes a while.
    pub fn add(&mut self, outcome: Outcome) {
        println!("{}", report::line(&outcome));
        self.outcomes.push(outcome);
    }
}
