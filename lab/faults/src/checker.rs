//! Judges a history: was anything lost, doubled, reordered, shown to the wrong person?
//!
//! The checker reads the JSON lines of one file and nothing else. It shares no code with the
//! services, not even their types: what it believes about ids, seqs and kinds stands here a
//! second time, so that an error of theirs cannot hide in it. Every rule is a sweep over
//! sorted or hashed lines, O(n log n) together.
//!
//! `docs/FAULTS.md` says what each invariant means. Each one has a test that feeds it a
//! broken history and sees it fail.

mod book;
mod delays;
mod findings;
mod log;
mod resources;
mod sends;
mod states;
mod streams;

use std::path::Path;

use book::Book;
use lab_stack::Error;

pub use findings::{Delays, Findings, Invariant, Violation};
pub use resources::FILES_THAT_STAY;

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
    let book = Book::read(lines)?;
    let mut findings = Findings::default();
    log::check(&book, &mut findings);
    sends::check(&book, &mut findings);
    streams::check(&book, &mut findings);
    states::check(&book, &mut findings);
    delays::check(&book, &mut findings);
    resources::check(&book, &mut findings);
    findings
        .violations
        .sort_by_key(|violation| violation.invariant);
    Ok(findings)
}
