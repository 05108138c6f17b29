//! What tests do to the load balancer: kill it, cut its connections, and reload it as an operator does.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{READY_TIMEOUT, Stack, edge, ready};
use crate::Error;
use crate::process::Process;

/// The name of the load balancer's process.
const PROCESS_NAME: &str = "haproxy";

/// How long the old process may run after a reload: longer than `hard-stop-after` in its configuration.
const OLD_PROCESS_TIMEOUT: Duration = Duration::from_secs(40);

impl Stack {
    /// `kill -9` of the load balancer. All connections break.
    pub fn kill_balancer(&self) {
        let process = self.take_balancer();
        if let Some(process) = process {
            process.kill();
        }
    }

    /// Starts the load balancer again after a kill, and waits until it has found all running instances.
    pub async fn restart_balancer(&self) -> Result<(), Error> {
        drop(self.take_balancer());
        let process = edge::load_balancer(&self.directory, &self.options, &[])?;
        self.wait_for_balancer(process).await
    }

    /// Reloads the load balancer: a new process listens on the same ports. The old one stops listening and serves its existing
    /// connections, including WebSockets, for at most 30 s.
    pub async fn reload_balancer(&self) -> Result<(), Error> {
        let Some(old) = self.take_balancer() else {
            return self.restart_balancer().await;
        };
        let pid = old.pid().to_string();
        // Both listen for a moment, and the kernel distributes connections between them.
        let takeover = ["-sf", &pid];
        let process = edge::load_balancer(&self.directory, &self.options, &takeover)?;
        // In a separate thread, because nothing depends on the exit of the old process.
        std::thread::spawn(move || old.wait_for_exit(OLD_PROCESS_TIMEOUT));
        self.wait_for_balancer(process).await
    }

    /// Sends a command to the runtime API, such as `shutdown sessions server receiver/i1`.
    pub fn balancer_command(&self, command: &str) -> Result<String, Error> {
        let failed = |cause| Error::io(format!("send {command:?} to the load balancer"), cause);
        let path = self.directory.path().join("haproxy.sock");
        let mut stream = UnixStream::connect(path).map_err(failed)?;
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .map_err(failed)?;
        stream
            .write_all(format!("{command}\n").as_bytes())
            .map_err(failed)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(failed)?;
        Ok(answer)
    }

    async fn wait_for_balancer(&self, process: Process) -> Result<(), Error> {
        // The old process may still answer, so first make sure that the new one has not exited.
        if process.wait_for_exit(Duration::from_millis(300)) {
            return Err(Error::Exited {
                name: PROCESS_NAME.to_owned(),
                log: process.log_tail(),
            });
        }
        let url = self.balancer_metrics_url();
        let outcome = ready::wait(&self.http, &url, &process, READY_TIMEOUT).await;
        self.edge_processes().push(process);
        outcome?;
        let running: Vec<_> = self
            .instances()
            .into_iter()
            .filter(|instance| self.is_running(*instance))
            .collect();
        for instance in running {
            self.wait_until_balanced(instance).await?;
        }
        Ok(())
    }

    fn take_balancer(&self) -> Option<Process> {
        let mut edge = self.edge_processes();
        let position = edge
            .iter()
            .position(|process| process.name() == PROCESS_NAME)?;
        Some(edge.remove(position))
    }
}
