//! Records what the processes under test use, and what they log, for invariant I16.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::checker::MAX_ADDITIONAL_FILES;
use super::environment::FaultEnvironment;
use super::history::History;
use lab_stack::stack::Instance;

/// The lengths of all logs when the watch began.
pub struct LogWatch {
    log_lengths: HashMap<Instance, usize>,
}

/// Maximum number of quoted lines of each log.
const MAX_QUOTED_LINES: usize = 20;

impl LogWatch {
    /// Watches the logs from their present ends.
    pub fn begin(environment: &FaultEnvironment) -> LogWatch {
        let length = |instance: Instance| (instance, environment.stack.log(instance).len());
        LogWatch {
            log_lengths: Instance::all().map(length).collect(),
        }
    }

    /// Records every panic and every line at ERROR since then.
    pub fn end(&self, environment: &FaultEnvironment, history: &History) {
        for instance in Instance::all() {
            let log = environment.stack.log(instance);
            let from = self.log_lengths.get(&instance).copied().unwrap_or(0);
            let new_lines = log.get(from..).unwrap_or_default();
            for (level, text) in new_lines
                .lines()
                .filter_map(parse_problem)
                .take(MAX_QUOTED_LINES)
            {
                let fields = json!({ "what": instance.to_string(), "level": level, "text": text });
                history.write("log", &fields);
            }
        }
    }
}

fn parse_problem(line: &str) -> Option<(&'static str, String)> {
    if line.contains("panicked at") {
        return Some(("PANIC", line.to_owned()));
    }
    let value: Value = serde_json::from_str(line).ok()?;
    let text = || line.chars().take(400).collect();
    (value["level"] == "ERROR").then(|| ("ERROR", text()))
}

/// How long to wait for files to be closed. Keep-alive connections end some seconds after their last request.
const FILES_RELEASE_TIMEOUT: Duration = Duration::from_secs(20);

/// Waits until no instance has many more open files than before, or time is up.
pub async fn wait_for_released_files(
    environment: &FaultEnvironment,
    before: &HashMap<Instance, u64>,
) {
    let began = Instant::now();
    loop {
        sleep(Duration::from_secs(1)).await;
        let holds_more = |instance: Instance| {
            let now = environment.stack.process_id(instance).map_or(0, files);
            now > before.get(&instance).copied().unwrap_or(0) + MAX_ADDITIONAL_FILES
        };
        if began.elapsed() >= FILES_RELEASE_TIMEOUT || !Instance::all().any(holds_more) {
            return;
        }
    }
}

/// Records what every instance uses, and returns its number of open files.
pub async fn record_resources(
    environment: &FaultEnvironment,
    history: &History,
    phase: &str,
) -> HashMap<Instance, u64> {
    let mut files_by_instance = HashMap::new();
    for instance in Instance::all() {
        let Some(pid) = environment.stack.process_id(instance) else {
            continue;
        };
        let files = files(pid);
        files_by_instance.insert(instance, files);
        let fields = json!({ "phase": phase, "what": instance.to_string(), "pid": pid,
            "files": files, "memory_kib": memory(pid) });
        history.write("resource", &fields);
    }
    let backends = match environment.observer().await {
        Ok(observer) => observer.backends().await.unwrap_or(0),
        Err(_) => 0,
    };
    let fields = json!({ "phase": phase, "what": "backends", "files": backends, "memory_kib": 0 });
    history.write("resource", &fields);
    files_by_instance
}

/// Number of open files, including sockets.
fn files(pid: u32) -> u64 {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |files| files.count() as u64)
}

/// Resident memory in KiB.
fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
