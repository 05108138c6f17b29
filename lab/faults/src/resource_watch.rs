//! What the processes under test hold, and what they log. (For I16.)

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::checker::MAX_ADDITIONAL_FILES;
use super::environment::FaultEnvironment;
use super::history::History;
use lab_stack::stack::Instance;

/// Where each log ended when the watch began.
pub struct LogWatch {
    log_lengths: HashMap<Instance, usize>,
}

/// Lines of each log that are quoted at the most.
const MAX_QUOTED_LINES: usize = 20;

impl LogWatch {
    /// From here on.
    pub fn begin(environment: &FaultEnvironment) -> LogWatch {
        let length = |instance: Instance| (instance, environment.stack.log(instance).len());
        LogWatch {
            log_lengths: Instance::all().map(length).collect(),
        }
    }

    /// Writes every panic and every line at ERROR since then into the history.
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

/// Keep-alives end some seconds after those who needed them: so long they are waited for.
const FILES_RELEASE_TIMEOUT: Duration = Duration::from_secs(20);

/// Waits, for a moment, until no instance holds many more files than it did.
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

/// Writes what every instance holds now, and says how many files.
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

/// Open files, sockets included.
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
