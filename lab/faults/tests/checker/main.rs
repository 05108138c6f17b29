//! Tests of the checker: a valid history has no violations, and for each invariant there are histories that violate it.
#![allow(clippy::unwrap_used)]

mod allowed;
mod mentions;
mod receipts;
mod revisions;
mod sample_history;
mod settings;
mod threads;
mod violations;

use lab_faults::checker::{Findings, Invariant, check_lines};

use sample_history::SampleHistory;

/// The findings of the checker for a history.
fn findings(history: &SampleHistory) -> Findings {
    check_lines(&history.text()).unwrap()
}

/// Asserts that the checker reports a violation of this invariant.
#[track_caller]
fn assert_violation(history: &SampleHistory, invariant: Invariant) {
    let findings = findings(history);
    assert!(
        findings.count(&[invariant]) > 0,
        "{} went unnoticed: {:?}",
        invariant.id(),
        findings.violations
    );
}

/// Asserts that the checker reports no violations.
#[track_caller]
fn assert_clean(history: &SampleHistory) {
    let violations = findings(history).violations;
    assert!(violations.is_empty(), "{violations:?}");
}

#[test]
fn a_good_history_passes_and_is_counted() {
    let history = SampleHistory::valid();
    assert_clean(&history);
    let findings = findings(&history);
    assert_eq!(findings.messages, 3);
    assert_eq!(findings.deliveries, 19);
}

#[test]
fn a_line_that_is_no_json_is_an_error() {
    assert!(check_lines("{\"t\":1").is_err());
}
