//! Restarts processes that exit by themselves or are killed.

use std::convert::Infallible;
use std::time::Duration;

use super::Stack;
use super::instances::Instance;
use crate::Error;
use crate::process::Process;

const CHECK_INTERVAL: Duration = Duration::from_millis(500);

impl Stack {
    /// Restarts instances, Redis and Postgres when they end, and calls `report` with a message. Returns only if that fails, or if
    /// the load balancer or the web server ends.
    pub async fn supervise(&self, report: impl Fn(&str)) -> Result<Infallible, Error> {
        loop {
            tokio::time::sleep(CHECK_INTERVAL).await;
            if !self.postgres.is_running() {
                report("postgres ended; starting it again");
                self.postgres.try_restart()?;
            }
            if !self.redis.is_running() {
                report("redis ended; starting it again");
                self.redis.try_restart()?;
            }
            let dead: Vec<Instance> = self
                .instances()
                .into_iter()
                .filter(|instance| !self.is_running(*instance))
                .collect();
            for instance in dead {
                report(&format!("{instance} ended; starting it again"));
                self.restart(instance).await?;
            }
            if let Some(process) = self
                .edge_processes()
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
