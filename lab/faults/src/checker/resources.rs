//! Checks files, memory and connections before and after the run, and the logs. (I16)

use std::collections::BTreeMap;

use super::findings::{Findings, Invariant};
use super::history_index::HistoryIndex;

/// Additional files allowed beyond ten percent: pools and keep-alive connections fill up once.
pub const MAX_ADDITIONAL_FILES: u64 = 64;

/// Additional memory allowed beyond ten percent, in KiB, because allocators keep memory. In `users`, four threads that have
/// hashed passwords may each keep 19 MiB in an arena of its own.
const MAX_ADDITIONAL_MEMORY_KIB: u64 = 96 * 1024;

/// Additional connections to Postgres: the maximum of all pools, and the lab's own connections.
const MAX_ADDITIONAL_BACKENDS: u64 = 120;

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let mut before: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for entry in index.entries("resource") {
        let (what, files, memory) = (
            entry.text("what"),
            entry.number("files"),
            entry.number("memory_kib"),
        );
        if entry.text("phase") == "before" {
            before.insert(what, (files, memory));
            continue;
        }
        let Some((files_before, memory_before)) = before.get(what) else {
            continue;
        };
        let stay = match what {
            "backends" => MAX_ADDITIONAL_BACKENDS,
            _ => MAX_ADDITIONAL_FILES,
        };
        if files > files_before * 11 / 10 + stay {
            let what = format!("{what} held {files_before} files or connections and holds {files}");
            findings.violation(Invariant::Resources, what);
        }
        if memory > memory_before * 11 / 10 + MAX_ADDITIONAL_MEMORY_KIB {
            let what = format!("{what} used {memory_before} KiB and uses {memory} KiB");
            findings.violation(Invariant::Resources, what);
        }
    }
    let allowed = index.meta["allowed_errors"].as_array();
    for entry in index.entries("log") {
        let text = entry.text("text");
        let is_allowed = allowed
            .into_iter()
            .flatten()
            .filter_map(|allowed| allowed.as_str())
            .any(|allowed| entry.text("level") != "PANIC" && text.contains(allowed));
        if !is_allowed {
            let what = format!(
                "{} logged {}: {text}",
                entry.text("what"),
                entry.text("level")
            );
            findings.violation(Invariant::Resources, what);
        }
    }
}
