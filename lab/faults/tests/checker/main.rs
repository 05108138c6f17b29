//! The checker is itself checked: a good history passes, and for each invariant there are
//! broken ones that it must not let pass.
#![allow(clippy::unwrap_used)]

mod broken;
mod excused;
mod story;

use lab_faults::checker::{Findings, Invariant, judge};

use story::Story;

/// The checker's verdict on a story.
fn verdict(story: &Story) -> Findings {
    judge(&story.text()).unwrap()
}

/// The checker must complain about this invariant.
#[track_caller]
fn assert_accused(story: &Story, invariant: Invariant) {
    let findings = verdict(story);
    assert!(
        findings.count(&[invariant]) > 0,
        "{} went unnoticed: {:?}",
        invariant.id(),
        findings.violations
    );
}

/// The checker must not complain at all.
#[track_caller]
fn assert_clean(story: &Story) {
    let violations = verdict(story).violations;
    assert!(violations.is_empty(), "{violations:?}");
}

#[test]
fn a_good_history_passes_and_is_counted() {
    let story = Story::good();
    assert_clean(&story);
    let findings = verdict(&story);
    assert_eq!(findings.messages, 3);
    assert_eq!(findings.deliveries, 19);
}

#[test]
fn a_line_that_is_no_json_is_an_error() {
    assert!(judge("{\"t\":1").is_err());
}
