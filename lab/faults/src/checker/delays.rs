//! Delays from the acknowledgement of a message to its arrival at each device. (I9)

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::findings::{Delays, Findings, Invariant};
use super::history_index::{HistoryIndex, Observation, ParticipationWindow};

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let mut acked: HashMap<Uuid, u64> = HashMap::new();
    for entry in index.entries("send.ok") {
        let over = acked.entry(entry.id("cid")).or_insert(entry.t);
        *over = entry.t.min(*over);
    }
    // Devices that were offline for a while do not count.
    let away: HashSet<&str> = index.entries("away").map(|entry| entry.text("d")).collect();
    let mut delays = Vec::new();
    let mut stable: HashMap<Uuid, u64> = HashMap::new();
    for device in &index.devices {
        if away.contains(device.name.as_str()) {
            continue;
        }
        for (t, observation) in &device.observations {
            let Observation::Received(event) = observation else {
                continue;
            };
            // Events from before the user returned to the chat do not count.
            let windows = index.windows.get(&(event.feed, device.user));
            let was_in = |window: &ParticipationWindow| {
                window.joined < event.seq && window.left.is_none_or(|left| event.seq <= left)
            };
            if !windows.is_some_and(|windows| windows.iter().any(was_in)) {
                continue;
            }
            let Some(acked) = event
                .message
                .filter(|_| event.kind == "MessageAdded")
                .and_then(|message| acked.get(&message))
            else {
                continue;
            };
            let delay = t.saturating_sub(*acked) / 1_000;
            delays.push(delay);
            let last = stable.entry(event.id).or_default();
            *last = delay.max(*last);
        }
    }
    delays.sort_unstable();
    let mut stable: Vec<u64> = stable.into_values().collect();
    stable.sort_unstable();
    findings.delays = Delays {
        p50: quantile(&delays, 50),
        p99: quantile(&delays, 99),
        worst: delays.last().copied().unwrap_or(0),
        stable_p99: quantile(&stable, 99),
    };
    let bound = index.meta["bound_ms"].as_u64().unwrap_or(u64::MAX);
    let slack = index.meta["slack"].as_u64().unwrap_or(1);
    if findings.delays.worst > bound.saturating_mul(slack) {
        let what = format!(
            "the worst delay is {} ms, the bound {bound} ms, the slack {slack}",
            findings.delays.worst
        );
        findings.violation(Invariant::BoundedDelay, what);
    }
}

fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let position = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(position).copied().unwrap_or(0)
}
