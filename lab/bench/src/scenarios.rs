//! What is measured, one file per scenario.

mod bench;
pub mod day;
pub mod fanout;
pub mod read;
pub mod scale;
pub mod session;
pub mod sockets;
pub mod write;

use super::environment::BenchEnvironment;
use super::measure::Outcome;
use lab_stack::Error;

pub use bench::{Bench, Plan};

/// The scenarios, in the order in which they are played.
pub const ALL: [&str; 8] = [
    "write", "fanout", "read", "depth", "sockets", "day", "session", "scale",
];

impl Bench {
    /// Plays everything that is wanted, once.
    ///
    /// # Errors
    /// When anything fails, other than a promise.
    pub async fn run(plan: Plan) -> Result<Vec<Outcome>, Error> {
        let environment = BenchEnvironment::start(&plan.service_environment).await?;
        let mut bench = Bench {
            environment,
            plan,
            outcomes: Vec::new(),
        };
        for scenario in ALL {
            if !bench.plan.only.is_empty() && !bench.plan.only.iter().any(|name| name == scenario) {
                continue;
            }
            // What people were in before would be in their lists.
            bench.environment.forget_users();
            match scenario {
                "write" => write::run(&mut bench).await?,
                "fanout" => fanout::run(&mut bench).await?,
                "read" => read::run(&mut bench).await?,
                "depth" => read::run_depth(&mut bench).await?,
                "sockets" => sockets::run(&mut bench).await?,
                "day" => day::run(&mut bench).await?,
                "session" => session::run(&mut bench).await?,
                _ => scale::run(&mut bench).await?,
            }
        }
        Ok(bench.outcomes)
    }
}
