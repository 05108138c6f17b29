//! Checks a history: was anything lost, duplicated, reordered, or shown to the wrong user?
//!
//! The checker reads the JSON lines of one file and nothing else. It shares no code with the services, not even their
//! types: ids, seqs and kinds are defined here again, so that an error in a service cannot hide in the checker. Every rule
//! is one pass over sorted or hashed lines, O(n log n) in total.
//!
//! `docs/FAULTS.md` says what each invariant means. For each there are tests with broken histories that must violate it.

mod delays;
mod digests;
mod findings;
mod history_index;
mod log;
mod mentions;
mod reactions;
mod receipts;
mod resources;
mod revisions;
mod sends;
mod settings;
mod states;
mod streams;
mod threads;

use std::path::Path;

use history_index::HistoryIndex;
use lab_stack::Error;

pub use findings::{Delays, Findings, Invariant, Violation};
pub use resources::MAX_ADDITIONAL_FILES;

/// Checks the history in a file.
pub fn check(path: &Path) -> Result<Findings, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Error::io(format!("read {}", path.display()), cause))?;
    check_lines(&text).map_err(|output| Error::Failed {
        program: format!("reading {}", path.display()),
        output,
    })
}

/// Checks the lines of a history.
///
/// # Errors
/// If a line is not JSON.
pub fn check_lines(lines: &str) -> Result<Findings, String> {
    let index = HistoryIndex::read(lines)?;
    let mut findings = Findings::default();
    log::check(&index, &mut findings);
    sends::check(&index, &mut findings);
    streams::check(&index, &mut findings);
    digests::check(&index, &mut findings);
    states::check(&index, &mut findings);
    delays::check(&index, &mut findings);
    reactions::check(&index, &mut findings);
    threads::check(&index, &mut findings);
    settings::check(&index, &mut findings);
    mentions::check(&index, &mut findings);
    revisions::check(&index, &mut findings);
    receipts::check(&index, &mut findings);
    resources::check(&index, &mut findings);
    findings
        .violations
        .sort_by_key(|violation| violation.invariant);
    Ok(findings)
}
