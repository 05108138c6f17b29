//! Checks the feeds of the dump: no gaps, chained, consistent with heads and counters. (I5)

use std::collections::HashMap;

use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{Feed, HistoryIndex};

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let mut by_chat: HashMap<Uuid, u64> = HashMap::new();
    for (chat, _) in index.messages.keys() {
        *by_chat.entry(*chat).or_default() += 1;
    }
    for (id, feed) in &index.feeds {
        let mut problems = check_shape(feed);
        problems.extend(check_numbers(index, *id, feed));
        let stored = by_chat.get(id).copied().unwrap_or(0);
        if stored != feed.message_count {
            problems.push(format!(
                "holds {stored} messages and counts {}",
                feed.message_count
            ));
        }
        for problem in problems {
            findings.violation(Invariant::DenseLog, format!("feed {id} {problem}"));
        }
    }
}

/// Seqs without gaps, a chain of events, growing times, and a head at the end.
fn check_shape(feed: &Feed) -> Vec<String> {
    let mut problems = Vec::new();
    let (mut seq, mut prev, mut at) = (0, None, 0);
    for event in &feed.events {
        if event.seq != seq + 1 {
            problems.push(format!("goes from seq {seq} to {}", event.seq));
        } else if event.prev != prev {
            problems.push(format!("breaks its chain at seq {}", event.seq));
        }
        if event.at <= at {
            problems.push(format!(
                "has a time that does not grow at seq {}",
                event.seq
            ));
        }
        (seq, prev, at) = (event.seq, Some(event.id), event.at);
    }
    if (feed.last_seq, feed.head) != (seq, prev) {
        problems.push(format!(
            "ends at seq {seq} and has its head at {}",
            feed.last_seq
        ));
    }
    problems
}

/// The n-th added message has the number n and the seq of its event.
fn check_numbers(index: &HistoryIndex, id: Uuid, feed: &Feed) -> Vec<String> {
    let mut problems = Vec::new();
    let added = feed
        .events
        .iter()
        .filter(|event| event.kind == "MESSAGE_ADDED");
    let mut number = 0;
    for event in added {
        number += 1;
        let message = event
            .message
            .and_then(|message| index.messages.get(&(id, message)));
        match message {
            None => problems.push(format!("adds at seq {} what is not stored", event.seq)),
            Some(message) if (message.number, message.seq) != (number, event.seq) => {
                problems.push(format!(
                    "has at seq {} the message number {} that says {} at seq {}",
                    event.seq, number, message.number, message.seq
                ));
            }
            Some(_) => {}
        }
    }
    if number != feed.message_count {
        problems.push(format!(
            "adds {number} messages and counts {}",
            feed.message_count
        ));
    }
    problems
}
