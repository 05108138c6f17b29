//! Child processes that cannot be left behind.
//!
//! Every server is started by a small shell guard (`process/guard.sh`) that holds a pipe
//! from us. However we end (return, panic, `kill -9`), the pipe closes and the guard
//! stops its server. That needs no unsafe code, no signal handler and no clean-up code
//! that has to be reached.
//!
//! Invariant: a [`Process`] only ever signals its own child. A dead child stays a zombie
//! of its guard, so its number cannot meanwhile belong to a stranger.

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

/// How a server is asked to end: signals with the patience for each, mildest first.
/// `KILL` should come last.
#[derive(Clone, Copy, Debug)]
pub struct StopSteps(pub &'static str);

impl StopSteps {
    /// For programs that finish what they are doing on SIGTERM.
    pub const GRACEFUL: StopSteps = StopSteps("TERM:40 KILL:5");
    /// For programs whose state nobody needs afterwards.
    pub const QUICK: StopSteps = StopSteps("TERM:2 KILL:5");
    /// Postgres whose data stays: a fast shutdown, then an immediate one.
    pub const POSTGRES: StopSteps = StopSteps("INT:30 QUIT:10 KILL:5");
    /// Postgres whose data goes away: an immediate shutdown.
    pub const POSTGRES_TEMPORARY: StopSteps = StopSteps("QUIT:10 KILL:5");

    /// The longest that all steps together may take.
    fn timeout(self) -> Duration {
        let seconds = self
            .0
            .split([' ', ':'])
            .filter_map(|word| word.parse::<u64>().ok());
        Duration::from_secs(seconds.sum::<u64>() + 5)
    }
}

/// What to start.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// How messages and the log file name it, such as `sender-1`.
    pub name: String,
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Variables added to our own environment.
    pub environment: Vec<(String, String)>,
    /// How it is stopped.
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
    /// Starts the recipe with its working directory and log (`<name>.log`) in `directory`.
    /// Returns once the process exists, not once it is ready.
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
            // A group of its own: Ctrl-C in a terminal must not reach the servers before
            // the lab has decided the order in which they stop.
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

    /// The name given in the recipe.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Whether it runs: exists, is our guard's child and is no zombie.
    pub fn is_running(&self) -> bool {
        Status::of(self.pid())
            .is_some_and(|status| status.parent == self.guard.id() && !status.is_zombie)
    }

    /// `kill -9`, and waits until it is gone, with the children that end when it does.
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

    /// SIGSTOP to it and its children: nothing of it does anything.
    pub fn freeze_family(&self) {
        self.signal_family(Signal::STOP);
    }

    /// SIGCONT, after [`Process::freeze_family`].
    pub fn thaw_family(&self) {
        self.signal_family(Signal::CONT);
    }

    fn signal_family(&self, signal: Signal) {
        self.signal(signal);
        // While the parent stands still, its children stay its children.
        for child in children(self.pid()) {
            if let Some(pid) = i32::try_from(child).ok().and_then(Pid::from_raw) {
                // It may have ended between the two lines.
                let _ = kill_process(pid, signal);
            }
        }
    }

    fn signal(&self, signal: Signal) {
        if self.is_running() {
            // It may end between the two lines; then there is nothing left to signal.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits until the process has ended by itself; false when `patience` runs out first.
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

    /// Stops it as its recipe says and returns when it is gone.
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
                return; // The guard goes on trying; it does not need us.
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The last lines that it wrote.
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop_and_wait();
    }
}

/// Stops all of them at once and returns when they are gone.
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

/// The last 20 lines of a file without backtraces, which would hide what they are about.
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
