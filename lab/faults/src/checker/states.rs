//! Checks the answers to queries, and the state at rest. (I11, I12, I14, I15)

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryEntry, HistoryIndex, Message, Observation};

/// Microseconds after a removal during which the text of the message may still be sent and the queries of the participant
/// may still succeed. The bound of the row is added.
const GRACE_MICROS: u64 = 2_000_000;

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let bound = index.meta["bound_ms"].as_u64().unwrap_or(0) * 1_000;
    let slack = index.meta["slack"].as_u64().unwrap_or(1);
    // Deliveries may be delayed by the slack. The answers to later queries may not.
    let grace = GRACE_MICROS + bound * slack;
    check_probes(index, GRACE_MICROS + bound, findings);
    check_revocations(index, grace, findings);
    check_unread_counts(index, findings);
    check_read_marks(index, findings);
    check_local_states(index, findings);
    check_removed_texts(index, grace, findings);
}

/// Removed users must not be able to query the chat, nor find its messages. Others find what they searched for.
fn check_probes(index: &HistoryIndex, grace: u64, findings: &mut Findings) {
    // A removal that was lost in a failover does not count.
    let lost: HashSet<(Uuid, u64)> = index.lost.iter().map(|event| (event.0, event.1)).collect();
    let mut moves: BTreeMap<(Uuid, Uuid), Vec<(u64, bool)>> = BTreeMap::new();
    for entry in &index.entries {
        let lets_in = match entry.kind.as_str() {
            "add.invoke" => true,
            "drop.ok" => false,
            _ => continue,
        };
        let key = (entry.id("chat"), entry.id("whom"));
        if lost.contains(&(key.0, entry.number("seq"))) {
            continue;
        }
        moves.entry(key).or_default().push((entry.t, lets_in));
    }
    let is_out_for_long = |entry: &HistoryEntry, key| {
        // The last change of their participation before the answer.
        let moves = moves.get(&key).into_iter().flatten();
        let last = moves.filter(|(t, _)| *t <= entry.t).max();
        matches!(last, Some((t, false)) if t + grace < entry.number("begun"))
    };
    for entry in index.entries("probe") {
        let key = (entry.id("chat"), index.user(entry.text("user")));
        if entry.fields["answered"] == Value::Bool(true) && is_out_for_long(entry, key) {
            let what = format!("{} could still read chat {}", entry.text("user"), key.0);
            findings.violation(Invariant::Visibility, what);
        }
    }
    for entry in index.entries("search") {
        let user = index.user(entry.text("user"));
        let chats = entry.fields["chats"].as_array().into_iter().flatten();
        for chat in chats.filter_map(|chat| chat.as_str()?.parse::<Uuid>().ok()) {
            let key = (chat, user);
            let was_never_in = !index.participants.contains_key(&key) && !moves.contains_key(&key);
            if was_never_in || is_out_for_long(entry, key) {
                let what = format!("{} found messages of chat {chat}", entry.text("user"));
                findings.violation(Invariant::Visibility, what);
            }
        }
        for text in entry.fields["others"].as_array().into_iter().flatten() {
            let what = format!(
                "{} searched for {} and found {text}",
                entry.text("user"),
                entry.text("word")
            );
            findings.violation(Invariant::NoPhantom, what);
        }
    }
}

/// Devices of a revoked session must be disconnected and receive nothing more.
fn check_revocations(index: &HistoryIndex, grace: u64, findings: &mut Findings) {
    for entry in index.entries("revoke.ok") {
        let bound = entry.t + grace;
        let device = index
            .devices
            .iter()
            .find(|device| device.name == entry.text("d"));
        let Some(device) = device else { continue };
        let late = device
            .observations
            .iter()
            .find(|(t, observation)| *t > bound && matches!(observation, Observation::Received(_)));
        let closed = device.observations.iter().any(|(t, observation)| {
            *t >= entry.number("begun") && matches!(observation, Observation::Ended)
        });
        if late.is_some() || !closed {
            let what = format!("the revoked session of {} stayed open", device.name);
            findings.violation(Invariant::Visibility, what);
        }
    }
}

/// At rest, an unread count is the number of messages above the read mark that have not been removed and are not the user's
/// own replies in threads.
fn check_unread_counts(index: &HistoryIndex, findings: &mut Findings) {
    let mut messages: HashMap<Uuid, Vec<&Message>> = HashMap::new();
    for ((chat, _), message) in &index.messages {
        messages.entry(*chat).or_default().push(message);
    }
    for entry in index.entries("unread") {
        let (chat, user) = (entry.id("chat"), index.user(entry.text("user")));
        let Some(participant) = index.participants.get(&(chat, user)) else {
            continue;
        };
        let messages = messages.get(&chat).into_iter().flatten();
        let unread = messages.filter(|message| {
            message.is_unread_above(participant.last_read) && !message.is_reply_of(user)
        });
        let counted = unread.count() as u64;
        if participant.left || entry.number("unread") != counted {
            let what = format!(
                "{} has an unread count of {} in {chat}; the number of unread messages is {counted}",
                entry.text("user"),
                entry.number("unread")
            );
            findings.violation(Invariant::Unread, what);
        }
    }
}

/// Read marks only grow: acknowledged ones are stored, and no device sees one fall.
fn check_read_marks(index: &HistoryIndex, findings: &mut Findings) {
    for entry in index.entries("read.ok") {
        let key = (entry.id("chat"), index.user(entry.text("user")));
        let stored = index.participants.get(&key);
        // A return to the chat resets the mark, and a failover may lose marks.
        let comparable = stored.is_some_and(|stored| !stored.left) && index.lost.is_empty();
        let windows = index.windows.get(&key).map_or(0, Vec::len);
        if comparable
            && windows <= 1
            && stored.is_some_and(|stored| stored.last_read < entry.number("number"))
        {
            let what = format!("{} lost a read mark in {}", entry.text("user"), key.0);
            findings.violation(Invariant::Unread, what);
        }
    }
    for device in &index.devices {
        let mut marks: HashMap<Uuid, u64> = HashMap::new();
        for (_, observation) in &device.observations {
            let Observation::Received(event) = observation else {
                continue;
            };
            // Marks in threads have events of their own.
            let mark = event.read.filter(|_| event.kind == "ReadMarkMoved");
            if let (Some(chat), Some(read)) = (event.chat, mark) {
                let before = marks.insert(chat, read).unwrap_or(0);
                if read < before {
                    let what = format!(
                        "{} saw a read mark fall from {before} to {read}",
                        device.name
                    );
                    findings.violation(Invariant::Unread, what);
                }
            }
        }
    }
}

/// The local state of a device equals newly loaded state.
fn check_local_states(index: &HistoryIndex, findings: &mut Findings) {
    let sides = |kind| {
        index
            .entries(kind)
            .map(|entry| {
                (
                    (entry.text("d").to_owned(), entry.id("chat")),
                    &entry.fields["state"],
                )
            })
            .collect::<BTreeMap<_, _>>()
    };
    let (local_states, fresh) = (sides("copy"), sides("fresh"));
    for key in local_states
        .keys()
        .chain(fresh.keys().filter(|key| !local_states.contains_key(*key)))
    {
        let (local, fresh) = (local_states.get(key), fresh.get(key));
        if local != fresh {
            let what = format!(
                "{} has a different local state of {}: {}",
                key.0,
                key.1,
                difference(local, fresh)
            );
            findings.violation(Invariant::HybridState, what);
        }
    }
}

/// The first difference, short enough for a report.
fn difference(local: Option<&&Value>, fresh: Option<&&Value>) -> String {
    let (Some(local), Some(fresh)) = (local, fresh) else {
        return format!(
            "in the local state {}, newly loaded {}",
            local.is_some(),
            fresh.is_some()
        );
    };
    let sections = [
        "name",
        "read",
        "people",
        "messages",
        "reactions",
        "pinned",
        "threads",
        "follows",
        "settings",
        "drafts",
    ];
    let section = sections
        .iter()
        .find(|section| local[**section] != fresh[**section]);
    let section = section.copied().unwrap_or("name");
    let (local, fresh) = (&local[section], &fresh[section]);
    let keys = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (left, right) = (keys(local), keys(fresh));
    let key = left
        .keys()
        .chain(right.keys())
        .find(|key| left.get(*key) != right.get(*key));
    match key {
        Some(key) => format!(
            "{section} {key}: {:?}, fresh {:?}",
            left.get(key),
            right.get(key)
        ),
        None => format!("{section}: {local}, fresh {fresh}"),
    }
}

/// The text of a removed message must not be delivered later.
fn check_removed_texts(index: &HistoryIndex, grace: u64, findings: &mut Findings) {
    let mut removed: HashMap<Uuid, u64> = HashMap::new();
    for entry in index.entries("remove.ok") {
        let over = removed.entry(entry.id("id")).or_insert(entry.t);
        *over = entry.t.min(*over);
    }
    for device in &index.devices {
        let mut begun = 0;
        for (t, observation) in &device.observations {
            let event = match observation {
                Observation::Received(event) => event,
                Observation::Subscribed(_) => {
                    begun = *t;
                    continue;
                }
                _ => continue,
            };
            let over = event.message.and_then(|message| removed.get(&message));
            // A stream contains nothing that was read before it began.
            let late = |over: &u64| begun > over + GRACE_MICROS || *t > over + grace;
            if over.is_some_and(late) && !event.empty {
                let what = format!(
                    "{} received the text of {:?} long after its removal",
                    device.name, event.message
                );
                findings.violation(Invariant::Deletion, what);
            }
        }
    }
    for entry in index.entries("remove.ok") {
        let row = index.messages.get(&(entry.id("chat"), entry.id("id")));
        if index.lost.is_empty() && row.is_some_and(|row| !row.removed) {
            let what = format!(
                "message {} was removed and still has its text",
                entry.id("id")
            );
            findings.violation(Invariant::Deletion, what);
        }
    }
}
