//! Histories with edits: I15.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{CHAT, M1, M2, SampleHistory, id, like};
use crate::{assert_violation, findings};

fn message(message: u128) -> impl Fn(&Value) -> bool {
    like(
        "dump.message",
        &[("chat_id", json!(id(CHAT))), ("id", json!(id(message)))],
    )
}

/// A message has been edited so often, and these of its earlier texts are kept.
fn edited(of: u128, revision: u64, kept: impl IntoIterator<Item = u64>) -> SampleHistory {
    let mut history = SampleHistory::valid();
    history.find(message(of))["revision"] = json!(revision);
    for revision in kept {
        history.add(
            "dump.revision",
            json!({ "chat_id": id(CHAT), "message_id": id(of), "revision": revision }),
        );
    }
    history
}

fn count(history: &SampleHistory) -> usize {
    findings(history).count(&[Invariant::Deletion])
}

#[test]
fn i15_the_earlier_texts_of_an_edited_message_are_kept() {
    assert_eq!(count(&edited(M1, 3, [1, 2])), 0);
    assert_eq!(count(&edited(M1, 60, 10..60)), 0);
    for history in [
        edited(M1, 3, [2]),
        edited(M1, 3, [1]),
        edited(M1, 60, 9..60),
        edited(M1, 60, 11..60),
        edited(M1, 2, [1, 2]),
    ] {
        assert_violation(&history, Invariant::Deletion);
    }
}

#[test]
fn i15_a_removed_message_has_no_earlier_texts() {
    assert_eq!(count(&edited(M2, 3, [])), 0);
    assert_violation(&edited(M2, 3, [1]), Invariant::Deletion);
}
