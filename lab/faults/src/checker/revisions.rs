//! Checks what edited messages said before: the newest 50 texts, without gaps, and none of a removed message. (I15)

use std::collections::BTreeSet;

use super::findings::{Findings, Invariant};
use super::history_index::HistoryIndex;

/// Earlier texts of a message that are kept.
const KEPT: u64 = 50;

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    for ((chat, id), message) in &index.messages {
        let kept = index.revisions.get(&(*chat, *id));
        let kept = kept.cloned().unwrap_or_default();
        let expected: BTreeSet<u64> = match message.removed {
            true => BTreeSet::new(),
            false => (message.revision.saturating_sub(KEPT).max(1)..message.revision).collect(),
        };
        if kept != expected {
            let what = format!(
                "chat {chat}: message {} has the earlier texts {kept:?} instead of {expected:?}",
                message.number
            );
            findings.violation(Invariant::Deletion, what);
        }
    }
}
