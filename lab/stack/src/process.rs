//! Child processes that cannot be left behind.
//!
//! Every server is started by a small shell guard (`process/guard.sh`) that holds a pipe from us. However we end (return,
//! panic, `kill -9`), the pipe closes and the guard stops its server. That needs no unsafe code, no signal handler and no
//! clean-up code that must be reached.
//!
//! Invariant: a [`Process`] only ever signals its own child. A dead child stays a zombie of its guard, so that its process id
//! cannot be reused.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Error;
use crate::directory::Directory;

const GUARD_SCRIPT: &str = include_str!("process/guard.sh");

/// How a server is stopped: signals, each with the seconds to wait after it, mildest first. `KILL` should be last.
#[derive(Clone, Copy, Debug)]
pub struct StopSteps(pub &'static str);

impl StopSteps {
    /// For programs that finish what they are doing on SIGTERM.
    pub const GRACEFUL: StopSteps = StopSteps("TERM:40 KILL:5");
    /// For programs whose state is not needed afterwards.
    pub const QUICK: StopSteps = StopSteps("TERM:2 KILL:5");
    /// For a Postgres whose data is kept: a fast shutdown, then an immediate one.
    pub const POSTGRES: StopSteps = StopSteps("INT:30 QUIT:10 KILL:5");
    /// For a Postgres whose data is temporary: an immediate shutdown.
    pub const POSTGRES_TEMPORARY: StopSteps = StopSteps("QUIT:10 KILL:5");

    /// The maximum duration of all steps together.
    fn timeout(self) -> Duration {
        let seconds = self
            .0
            .split([' ', ':'])
            .filter_map(|word| word.parse::<u64>().ok());
        Duration::from_secs(seconds.sum::<u64>() + 5)
    }
}

/// How to start a process.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// Its name in messages and of its log file, such as `sender-1`.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Variables added to our own environment.
    pub environment: Vec<(String, String)>,
    /// How to stop it.
    pub stop: StopSteps,
}

/// A running server and its guard.
#[derive(Debug)]
pub struct Process {
    name: String,
    guard: Child,
    pid: Pid,
    log: PathBuf,
    stop: StopSteps,
}

impl Process {
    /// Starts a process with its working directory and log (`<name>.log`) in `directory`. Returns when the process exists,
    /// not when it is ready.
    pub fn start(spec: &ProcessSpec, directory: &Directory) -> Result<Process, Error> {
        let log = directory.path().join(format!("{}.log", spec.name));
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|cause| Error::io(format!("write {}", log.display()), cause))?;

        let mut guard = Command::new("sh")
            .args(["-c", GUARD_SCRIPT, "lab-guard", spec.stop.0])
            .arg(directory.lock().unwrap_or_else(|| OsStr::new("").into()))
            .arg(&log)
            .args(&spec.command)
            .envs(spec.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            // In its own process group, so that Ctrl-C in a terminal does not stop the servers before the lab does so in order.
            .process_group(0)
            .spawn()
            .map_err(|cause| Error::io(format!("start {}", spec.name), cause))?;

        let mut line = String::new();
        if let Some(stdout) = guard.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|cause| Error::io(format!("start {}", spec.name), cause))?;
        }
        let pid = line.trim().parse().ok().and_then(Pid::from_raw);
        let Some(pid) = pid else {
            return Err(Error::Exited {
                name: spec.name.clone(),
                log: tail(&log),
            });
        };
        Ok(Process {
            name: spec.name.clone(),
            guard,
            pid,
            log,
            stop: spec.stop,
        })
    }

    /// The server's process id (not the guard's).
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Whether it is running: it exists, is our guard's child and is not a zombie.
    pub fn is_running(&self) -> bool {
        Status::of(self.pid())
            .is_some_and(|status| status.parent == self.guard.id() && !status.is_zombie)
    }

    /// `kill -9`. Waits until it has ended, and its children with it.
    pub fn kill(&self) {
        let mut family = children(self.pid());
        family.push(self.pid());
        self.signal(Signal::KILL);
        let deadline = Instant::now() + Duration::from_secs(10);
        let lives = |pid: &u32| Status::of(*pid).is_some_and(|status| !status.is_zombie);
        while family.iter().any(lives) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGTERM, without waiting for its effect.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// SIGSTOP: the process keeps its sockets and answers nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT, after [`Process::freeze`].
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// SIGINT, without waiting for its effect: to Postgres, the fast shutdown.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// SIGSTOP to it and its children.
    pub fn freeze_family(&self) {
        self.signal_family(Signal::STOP);
    }

    /// SIGCONT, after [`Process::freeze_family`].
    pub fn thaw_family(&self) {
        self.signal_family(Signal::CONT);
    }

    fn signal_family(&self, signal: Signal) {
        self.signal(signal);
        // While the parent is stopped, its children stay its children.
        for child in children(self.pid()) {
            if let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) {
                // It may have ended in the meantime.
                let _ = kill_process(pid, signal);
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // It may have ended in the meantime; then there is nothing to signal.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits until the process has ended by itself. Returns false after `timeout`.
    pub fn wait_for_exit(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        while self.is_running() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Stops it in its steps and returns when it has ended.
    pub fn stop(mut self) {
        self.stop_and_wait();
    }

    /// Asks the guard to stop the server, without waiting.
    fn request_stop(&mut self) {
        drop(self.guard.stdin.take());
    }

    fn stop_and_wait(&mut self) {
        self.request_stop();
        let deadline = Instant::now() + self.stop.timeout();
        while let Ok(None) = self.guard.try_wait() {
            if Instant::now() >= deadline {
                return; // The guard continues without us.
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop_and_wait();
    }
}

/// Stops all of them at the same time and returns when they have ended.
pub fn stop_all(mut processes: Vec<Process>) {
    processes.iter_mut().for_each(Process::request_stop);
}

/// What /proc says about a process.
struct Status {
    parent: u32,
    is_zombie: bool,
}

impl Status {
    fn of(pid: u32) -> Option<Status> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()
        };
        let parent = field("PPid:")?.parse().ok()?;
        Some(Status {
            parent,
            is_zombie: field("State:")? == "Z",
        })
    }
}

fn children(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| Status::of(*pid).is_some_and(|status| status.parent == parent))
        .collect()
}

/// The last 20 lines of a file, without the lines of backtraces.
pub(crate) fn tail(path: &Path) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_frame = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("at ")
            || line
                .split_once(": ")
                .is_some_and(|(n, _)| n.parse::<u32>().is_ok())
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_frame(line)).collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
