//! Starts again what ends by itself, or was killed by someone who wanted to see what happens.

use std::convert::Infallible;
use std::time::Duration;

use super::Stack;
use super::instances::Instance;
use crate::Error;
use crate::process::Process;

const PAUSE: Duration = Duration::from_millis(500);

impl Stack {
    /// Starts instances, Redis and Postgres again when they end, and tells `tell` about it.
    /// Returns only when that fails or when the front door ends.
    pub async fn supervise(&self, tell: impl Fn(&str)) -> Result<Infallible, Error> {
        loop {
            tokio::time::sleep(PAUSE).await;
            if !self.postgres.is_running() {
                tell("postgres ended; starting it again");
                self.postgres.start_again()?;
            }
            if !self.redis.is_running() {
                tell("redis ended; starting it again");
                self.redis.start_again()?;
            }
            let dead: Vec<Instance> = self
                .instances()
                .into_iter()
                .filter(|instance| !self.is_running(*instance))
                .collect();
            for instance in dead {
                tell(&format!("{instance} ended; starting it again"));
                self.restart(instance).await?;
            }
            if let Some(process) = self
                .front_slot()
                .iter()
                .find(|process| !process.is_running())
            {
                let name = Process::name(process).to_owned();
                return Err(Error::Exited {
                    name,
                    log: process.log_tail(),
                });
            }
        }
    }
}
