//! Judges a history: was anything lost, doubled, reordered, shown to the wrong person?
//!
//! The checker reads the JSON lines of one file and nothing else. It shares no code with the
//! services, not even their types: what it believes about ids, seqs and kinds stands here a
//! second time, so that an error of theirs cannot hide in it. Every rule is a sweep over
//! sorted or hashed lines, O(n log n) together.
//!
//! `docs/FAULTS.md` says what each invariant means. Each one has a test that feeds it a
//! broken history and sees it fail.

mod delays;
mod findings;
mod history_index;
mod log;
mod resources;
mod sends;
mod states;
mod streams;

use std::path::Path;

use history_index::HistoryIndex;
use lab_stack::Error;

pub use findings::{Delays, Findings, Invariant, Violation};
pub use resources::MAX_ADDITIONAL_FILES;

/// Judges the history in a file.
pub fn check(path: &Path) -> Result<Findings, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Error::io(format!("read {}", path.display()), cause))?;
    judge(&text).map_err(|output| Error::Failed {
        program: format!("reading {}", path.display()),
        output,
    })
}

/// Judges the lines of a history.
///
/// # Errors
/// When a line is not one of a history.
pub fn judge(lines: &str) -> Result<Findings, String> {
    let index = HistoryIndex::read(lines)?;
    let mut findings = Findings::default();
    log::check(&index, &mut findings);
    sends::check(&index, &mut findings);
    streams::check(&index, &mut findings);
    states::check(&index, &mut findings);
    delays::check(&index, &mut findings);
    resources::check(&index, &mut findings);
    findings
        .violations
        .sort_by_key(|violation| violation.invariant);
    Ok(findings)
}
