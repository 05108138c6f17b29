//! Files, memory and connections before and after; what the logs say. (I16)

use std::collections::BTreeMap;

use super::book::Book;
use super::findings::{Findings, Invariant};

/// Beyond ten percent: pools and keep-alives that fill up once and stay.
pub const FILES_THAT_STAY: u64 = 64;

/// Beyond ten percent: what an allocator keeps, in KiB. In `users`, four threads that have hashed passwords may each keep
/// 19 MiB in an arena of its own.
const MEMORY_THAT_STAYS: u64 = 96 * 1024;

/// What the pools of all instances hold at most, and the lab's own.
const BACKENDS_THAT_STAY: u64 = 120;

pub(super) fn check(book: &Book, findings: &mut Findings) {
    let mut before: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for step in book.steps("resource") {
        let (what, files, memory) = (
            step.text("what"),
            step.number("files"),
            step.number("memory_kib"),
        );
        if step.text("phase") == "before" {
            before.insert(what, (files, memory));
            continue;
        }
        let Some((files_before, memory_before)) = before.get(what) else {
            continue;
        };
        let stay = match what {
            "backends" => BACKENDS_THAT_STAY,
            _ => FILES_THAT_STAY,
        };
        if files > files_before * 11 / 10 + stay {
            let what = format!("{what} held {files_before} files or connections and holds {files}");
            findings.accuse(Invariant::Resources, what);
        }
        if memory > memory_before * 11 / 10 + MEMORY_THAT_STAYS {
            let what = format!("{what} used {memory_before} KiB and uses {memory} KiB");
            findings.accuse(Invariant::Resources, what);
        }
    }
    let allowed = book.meta["allowed_errors"].as_array();
    for step in book.steps("log") {
        let text = step.text("text");
        let is_allowed = allowed
            .into_iter()
            .flatten()
            .filter_map(|allowed| allowed.as_str())
            .any(|allowed| step.text("level") != "PANIC" && text.contains(allowed));
        if !is_allowed {
            let what = format!(
                "{} logged {}: {text}",
                step.text("what"),
                step.text("level")
            );
            findings.accuse(Invariant::Resources, what);
        }
    }
}
