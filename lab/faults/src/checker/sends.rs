//! Compares the requests of clients with what is stored. (I1, I2, I4, I10)

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryEntry, HistoryIndex, Observation};

/// All requests with one client-generated id.
#[derive(Default)]
struct SentMessage {
    chat: Uuid,
    user: Uuid,
    invoked: u64,
    /// The acknowledgements: time, seq and id. There are several if several requests were made.
    acks: Vec<(u64, u64, Uuid)>,
    refused: bool,
}

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let sends = collect(index, findings);
    for (cid, send) in &sends {
        check_stored(index, *cid, send, findings);
    }
    check_ack_order(index, &sends, findings);
    check_observed_order(index, &sends, findings);
    check_stored_once(index, findings);
    let allowed = index.meta["attempts"].as_u64();
    if allowed.is_some_and(|allowed| findings.max_attempts > allowed)
        || findings.unresolved > 0 && allowed.is_some()
    {
        let what = format!(
            "a mutation took {} attempts, {} ended without a clear answer",
            findings.max_attempts, findings.unresolved
        );
        findings.violation(Invariant::BoundedDelay, what);
    }
}

fn collect(index: &HistoryIndex, findings: &mut Findings) -> BTreeMap<Uuid, SentMessage> {
    let mut sends: BTreeMap<Uuid, SentMessage> = BTreeMap::new();
    let mut begun: HashMap<String, u64> = HashMap::new();
    for entry in &index.entries {
        let Some((mutation, phase)) = entry.kind.split_once('.') else {
            continue;
        };
        measure(entry, phase, &mut begun, findings);
        if mutation != "send" {
            continue;
        }
        let send = sends.entry(entry.id("cid")).or_default();
        match phase {
            "invoke" if send.invoked == 0 => {
                send.chat = entry.id("chat");
                send.user = index.user(entry.text("user"));
                send.invoked = entry.t;
            }
            "ok" => send
                .acks
                .push((entry.t, entry.number("seq"), entry.id("id"))),
            "fail" => send.refused = true,
            _ => {}
        }
    }
    sends
}

/// Measures how long sends took, and how many attempts all mutations took.
fn measure(
    entry: &HistoryEntry,
    phase: &str,
    begun: &mut HashMap<String, u64>,
    findings: &mut Findings,
) {
    let key = || format!("{}{}", entry.text("user"), entry.text("cid"));
    match phase {
        "invoke" if entry.kind == "send.invoke" => {
            begun.insert(key(), entry.t);
        }
        "ok" => {
            findings.max_attempts = findings.max_attempts.max(entry.number("attempts"));
            if let Some(since) = begun.remove(&key()).filter(|_| entry.kind == "send.ok") {
                let took = entry.t.saturating_sub(since) / 1_000;
                findings.max_send_ms = findings.max_send_ms.max(took);
            }
        }
        "unknown" => findings.unresolved += 1,
        _ => {}
    }
}

fn check_stored(index: &HistoryIndex, cid: Uuid, send: &SentMessage, findings: &mut Findings) {
    let row = index.messages.get(&(send.chat, cid));
    if let Some((_, seq, id)) = send.acks.first() {
        findings.messages += 1;
        if index.lost.contains(&(send.chat, *seq, *id)) {
            findings.lost_in_failover += 1;
        } else if row.is_none() {
            let what = format!("message {cid} was acknowledged at seq {seq} and is not stored");
            findings.violation(Invariant::Durability, what);
        } else if row.is_some_and(|row| row.seq != *seq) || *id != cid {
            let what = format!(
                "message {cid} was acknowledged at seq {seq} as {id} and is stored elsewhere"
            );
            findings.violation(Invariant::Durability, what);
        }
        let differs = |ack: &&(u64, u64, Uuid)| (ack.1, ack.2) != (*seq, *id);
        if let Some((_, other, _)) = send.acks.iter().find(differs) {
            let what = format!("message {cid} was acknowledged at seq {seq} and at seq {other}");
            findings.violation(Invariant::Idempotence, what);
        }
    }
    if send.refused && row.is_some() && send.acks.is_empty() {
        let what = format!("message {cid} was finally refused and is stored");
        findings.violation(Invariant::NoPhantom, what);
    }
}

/// A message that was acknowledged before another one was sent comes before it.
fn check_ack_order(
    index: &HistoryIndex,
    sends: &BTreeMap<Uuid, SentMessage>,
    findings: &mut Findings,
) {
    let mut chats: HashMap<Uuid, Vec<(u64, u64, u64)>> = HashMap::new();
    for send in sends.values() {
        if let Some((over, seq, id)) = send.acks.iter().min()
            && !index.lost.contains(&(send.chat, *seq, *id))
        {
            let acked = (*seq, send.invoked, *over);
            chats.entry(send.chat).or_default().push(acked);
        }
    }
    for (chat, mut acked) in chats {
        acked.sort_unstable_by_key(|(seq, ..)| std::cmp::Reverse(*seq));
        let mut earliest = (u64::MAX, 0);
        for (seq, invoked, over) in acked {
            if earliest.0 < invoked {
                let what = format!(
                    "in chat {chat} seq {} was acknowledged before seq {seq} was sent",
                    earliest.1
                );
                findings.violation(Invariant::RealTimeOrder, what);
            }
            earliest = earliest.min((over, seq));
        }
    }
}

/// An event that a user had seen before sending a message comes before the message.
fn check_observed_order(
    index: &HistoryIndex,
    sends: &BTreeMap<Uuid, SentMessage>,
    findings: &mut Findings,
) {
    type Moments = Vec<(u64, bool, u64)>;
    let mut moments: HashMap<(Uuid, Uuid), Moments> = HashMap::new();
    for device in &index.devices {
        for (t, observation) in &device.observations {
            if let Observation::Received(event) = observation
                && !index.lost.contains(&(event.feed, event.seq, event.id))
            {
                let key = (device.user, event.feed);
                moments.entry(key).or_default().push((*t, false, event.seq));
            }
        }
    }
    for send in sends.values() {
        if let Some((_, seq, id)) = send.acks.first()
            && !index.lost.contains(&(send.chat, *seq, *id))
        {
            let key = (send.user, send.chat);
            moments
                .entry(key)
                .or_default()
                .push((send.invoked, true, *seq));
        }
    }
    for ((user, chat), mut moments) in moments {
        moments.sort_unstable();
        let mut seen = 0;
        for (_, sent, seq) in moments {
            if sent && seq <= seen {
                let what =
                    format!("user {user} had seen seq {seen} of {chat} and then sent seq {seq}");
                findings.violation(Invariant::RealTimeOrder, what);
            } else if !sent {
                seen = seen.max(seq);
            }
        }
    }
}

/// An id occurs once in the feed of a chat.
fn check_stored_once(index: &HistoryIndex, findings: &mut Findings) {
    for (chat, feed) in &index.feeds {
        let mut seen = HashMap::new();
        let added = feed
            .events
            .iter()
            .filter(|event| event.kind == "MESSAGE_ADDED");
        for event in added {
            if let Some(before) = seen.insert(event.message, event.seq) {
                let what = format!(
                    "chat {chat} adds one message at seq {before} and at seq {}",
                    event.seq
                );
                findings.violation(Invariant::Idempotence, what);
            }
        }
    }
}
