//! The checker is itself checked: a good history passes, and for each invariant there are
//! broken ones that it must not let pass.
#![allow(clippy::unwrap_used)]

mod allowed;
mod sample_history;
mod violations;

use lab_faults::checker::{Findings, Invariant, check_lines};

use sample_history::SampleHistory;

/// The checker's verdict on a story.
fn findings(history: &SampleHistory) -> Findings {
    check_lines(&history.text()).unwrap()
}

/// The checker must complain about this invariant.
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

/// The checker must not complain at all.
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
