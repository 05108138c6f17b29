//! The process of a private server, which a test may stop and start again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::Error;
use crate::directory::Directory;
use crate::process::{Process, ProcessSpec};

/// Pause between two checks whether a server is ready.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The process of a server, or none while the server is stopped.
#[derive(Debug, Default)]
pub(super) struct ServerProcess(Mutex<Option<Process>>);

impl ServerProcess {
    /// Starts the process and returns when `is_ready` does.
    pub(super) fn start(
        &self,
        spec: &ProcessSpec,
        directory: &Directory,
        timeout: Duration,
        is_ready: impl Fn(&Process) -> bool,
    ) -> Result<(), Error> {
        let process = Process::start(spec, directory)?;
        let deadline = Instant::now() + timeout;
        loop {
            // Before `is_ready`: on a port that another server has taken, that one would answer.
            if !process.is_running() {
                return Err(Error::Exited {
                    name: spec.name.clone(),
                    log: process.log_tail(),
                });
            }
            if is_ready(&process) {
                *self.lock() = Some(process);
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(Error::NotReady {
                    name: spec.name.clone(),
                    seconds: timeout.as_secs(),
                    log: process.log_tail(),
                });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Takes the process, to stop it.
    pub(super) fn take(&self) -> Option<Process> {
        self.lock().take()
    }

    /// Calls `action` with the process, unless the server is stopped.
    pub(super) fn with(&self, action: impl FnOnce(&Process)) {
        if let Some(process) = self.lock().as_ref() {
            action(process);
        }
    }

    /// The process id, unless the server is stopped.
    pub(super) fn pid(&self) -> Option<u32> {
        self.lock().as_ref().map(Process::pid)
    }

    /// Whether the process is running.
    pub(super) fn is_running(&self) -> bool {
        self.lock().as_ref().is_some_and(Process::is_running)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Process>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
