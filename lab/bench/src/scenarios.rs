//! The scenarios, one per file.

mod bench;
pub mod day;
pub mod fanout;
pub mod read;
pub mod scale;
pub mod search;
pub mod session;
pub mod sockets;
pub mod write;

use super::environment::BenchEnvironment;
use super::measure::Outcome;
use lab_stack::Error;

pub use bench::{Bench, Plan};

/// The names of the scenarios, in the order in which they run.
pub const ALL: [&str; 9] = [
    "write", "fanout", "read", "depth", "sockets", "day", "session", "scale", "search",
];

impl Bench {
    /// Runs all selected scenarios once.
    ///
    /// # Errors
    /// If anything fails. A broken promise is not an error but a part of the result.
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
            // Chats of earlier scenarios would appear in the users' lists of chats.
            bench.environment.forget_users();
            match scenario {
                "write" => write::run(&mut bench).await?,
                "fanout" => fanout::run(&mut bench).await?,
                "read" => read::run(&mut bench).await?,
                "depth" => read::run_depth(&mut bench).await?,
                "sockets" => sockets::run(&mut bench).await?,
                "day" => day::run(&mut bench).await?,
                "session" => session::run(&mut bench).await?,
                "scale" => scale::run(&mut bench).await?,
                _ => search::run(&mut bench).await?,
            }
        }
        Ok(bench.outcomes)
    }
}
