//! What the processes under test hold, and what they log. (For I16.)

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::checker::FILES_THAT_STAY;
use super::history::History;
use super::stage::Stage;
use lab_stack::stack::Instance;

/// Where each log ended when the watch began.
pub struct LogWatch {
    seen: HashMap<Instance, usize>,
}

/// Lines of each log that are quoted at the most.
const QUOTED: usize = 20;

impl LogWatch {
    /// From here on.
    pub fn begin(stage: &Stage) -> LogWatch {
        let length = |instance: Instance| (instance, stage.stack.log(instance).len());
        LogWatch {
            seen: Instance::all().map(length).collect(),
        }
    }

    /// Writes every panic and every line at ERROR since then into the history.
    pub fn end(&self, stage: &Stage, history: &History) {
        for instance in Instance::all() {
            let log = stage.stack.log(instance);
            let from = self.seen.get(&instance).copied().unwrap_or(0);
            let news = log.get(from..).unwrap_or_default();
            for (level, text) in news.lines().filter_map(complaint).take(QUOTED) {
                let facts = json!({ "what": instance.to_string(), "level": level, "text": text });
                history.write("log", &facts);
            }
        }
    }
}

fn complaint(line: &str) -> Option<(&'static str, String)> {
    if line.contains("panicked at") {
        return Some(("PANIC", line.to_owned()));
    }
    let value: Value = serde_json::from_str(line).ok()?;
    let text = || line.chars().take(400).collect();
    (value["level"] == "ERROR").then(|| ("ERROR", text()))
}

/// Keep-alives end some seconds after those who needed them: so long they are waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits, for a moment, until no instance holds many more files than it did.
pub async fn until_given_back(stage: &Stage, before: &HashMap<Instance, u64>) {
    let begun = Instant::now();
    loop {
        sleep(Duration::from_secs(1)).await;
        let holds_more = |instance: Instance| {
            let now = stage.stack.process_id(instance).map_or(0, files);
            now > before.get(&instance).copied().unwrap_or(0) + FILES_THAT_STAY
        };
        if begun.elapsed() >= PATIENCE || !Instance::all().any(holds_more) {
            return;
        }
    }
}

/// Writes what every instance holds now, and says how many files.
pub async fn take_stock(stage: &Stage, history: &History, phase: &str) -> HashMap<Instance, u64> {
    let mut held = HashMap::new();
    for instance in Instance::all() {
        let Some(pid) = stage.stack.process_id(instance) else {
            continue;
        };
        let files = files(pid);
        held.insert(instance, files);
        let facts = json!({ "phase": phase, "what": instance.to_string(), "pid": pid,
            "files": files, "memory_kib": memory(pid) });
        history.write("resource", &facts);
    }
    let backends = match stage.observer().await {
        Ok(observer) => observer.backends().await.unwrap_or(0),
        Err(_) => 0,
    };
    let facts = json!({ "phase": phase, "what": "backends", "files": backends, "memory_kib": 0 });
    history.write("resource", &facts);
    held
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
