//! What is measured, one file per scenario.

mod bench;
pub mod day;
pub mod fanout;
pub mod read;
pub mod scale;
pub mod session;
pub mod sockets;
pub mod write;

use super::measure::Outcome;
use super::stage::Stage;
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
}
