//! The digests that the server gives of ranges of events are those of what the devices received. (I3)

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{Device, HistoryEntry, HistoryIndex, Observation};

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let mut digests: HashMap<&str, Vec<&HistoryEntry>> = HashMap::new();
    for entry in index.entries("digest") {
        digests.entry(entry.text("d")).or_default().push(entry);
    }
    for device in &index.devices {
        let Some(digests) = digests.get(device.name.as_str()) else {
            continue;
        };
        let received = received_since_reset(device);
        for digest in digests {
            let chat = digest.id("chat");
            let range = digest.number("from")..=digest.number("to");
            let events = received.get(&chat).into_iter().flatten();
            let events = events.filter(|(seq, _)| range.contains(seq));
            if digest.text("sha256") != sha256(events) {
                let what = format!(
                    "the server's digest of {chat} from {} to {} is not that of what {} received",
                    range.start(),
                    range.end(),
                    device.name
                );
                findings.violation(Invariant::Agreement, what);
            }
        }
    }
}

/// By feed: what a device received since the last reset, in the order of its arrival.
fn received_since_reset(device: &Device) -> HashMap<Uuid, Vec<(u64, Uuid)>> {
    let mut received: HashMap<Uuid, Vec<(u64, Uuid)>> = HashMap::new();
    for (_, observation) in &device.observations {
        match observation {
            Observation::Received(event) => received
                .entry(event.feed)
                .or_default()
                .push((event.seq, event.id)),
            Observation::Reset { feed, .. } => {
                received.remove(feed);
            }
            _ => {}
        }
    }
    received
}

/// As the description of `Query.eventDigest` says.
fn sha256<'a>(events: impl Iterator<Item = &'a (u64, Uuid)>) -> String {
    let mut hash = Sha256::new();
    for (seq, id) in events {
        hash.update(seq.to_be_bytes());
        hash.update(id.as_bytes());
    }
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
