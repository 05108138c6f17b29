//! What clients asked for against what is stored. (I1, I2, I4, I10)

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::book::{Book, Sight, Step};
use super::findings::{Findings, Invariant};

/// All that happened to one client-made id.
#[derive(Default)]
struct Send {
    chat: Uuid,
    user: Uuid,
    invoked: u64,
    /// When, and at which seq with which id it was acknowledged; several askers get several.
    acks: Vec<(u64, u64, Uuid)>,
    refused: bool,
}

pub(super) fn check(book: &Book, findings: &mut Findings) {
    let sends = collect(book, findings);
    for (cid, send) in &sends {
        stored(book, *cid, send, findings);
    }
    order_of_acks(book, &sends, findings);
    order_of_sights(book, &sends, findings);
    once_stored(book, findings);
    let allowed = book.meta["attempts"].as_u64();
    if allowed.is_some_and(|allowed| findings.most_attempts > allowed)
        || findings.unresolved > 0 && allowed.is_some()
    {
        let what = format!(
            "a deed took {} attempts, {} had no end",
            findings.most_attempts, findings.unresolved
        );
        findings.accuse(Invariant::BoundedDelay, what);
    }
}

fn collect(book: &Book, findings: &mut Findings) -> BTreeMap<Uuid, Send> {
    let mut sends: BTreeMap<Uuid, Send> = BTreeMap::new();
    let mut begun: HashMap<String, u64> = HashMap::new();
    for step in &book.steps {
        let Some((deed, stage)) = step.kind.split_once('.') else {
            continue;
        };
        measure(step, stage, &mut begun, findings);
        if deed != "send" {
            continue;
        }
        let send = sends.entry(step.id("cid")).or_default();
        match stage {
            "invoke" if send.invoked == 0 => {
                send.chat = step.id("chat");
                send.user = book.user(step.text("user"));
                send.invoked = step.t;
            }
            "ok" => send.acks.push((step.t, step.number("seq"), step.id("id"))),
            "fail" => send.refused = true,
            _ => {}
        }
    }
    sends
}

/// How long and how often clients had to try, whatever they wanted.
fn measure(step: &Step, stage: &str, begun: &mut HashMap<String, u64>, findings: &mut Findings) {
    let key = || format!("{}{}", step.text("user"), step.text("cid"));
    match stage {
        "invoke" if step.kind == "send.invoke" => {
            begun.insert(key(), step.t);
        }
        "ok" => {
            findings.most_attempts = findings.most_attempts.max(step.number("attempts"));
            if let Some(since) = begun.remove(&key()).filter(|_| step.kind == "send.ok") {
                let took = step.t.saturating_sub(since) / 1_000;
                findings.worst_send_ms = findings.worst_send_ms.max(took);
            }
        }
        "unknown" => findings.unresolved += 1,
        _ => {}
    }
}

fn stored(book: &Book, cid: Uuid, send: &Send, findings: &mut Findings) {
    let row = book.messages.get(&(send.chat, cid));
    if let Some((_, seq, id)) = send.acks.first() {
        findings.messages += 1;
        if book.lost.contains(&(send.chat, *seq, *id)) {
            findings.forfeited += 1;
        } else if row.is_none() {
            let what = format!("message {cid} was acknowledged at seq {seq} and is gone");
            findings.accuse(Invariant::Durability, what);
        } else if row.is_some_and(|row| row.seq != *seq) || *id != cid {
            let what =
                format!("message {cid} was acknowledged at seq {seq} as {id} and is not there");
            findings.accuse(Invariant::Durability, what);
        }
        let differs = |ack: &&(u64, u64, Uuid)| (ack.1, ack.2) != (*seq, *id);
        if let Some((_, other, _)) = send.acks.iter().find(differs) {
            let what = format!("message {cid} was acknowledged at seq {seq} and at seq {other}");
            findings.accuse(Invariant::Idempotence, what);
        }
    }
    if send.refused && row.is_some() && send.acks.is_empty() {
        let what = format!("message {cid} was refused for good and is stored");
        findings.accuse(Invariant::NoPhantom, what);
    }
}

/// If one send was over before another one began, it stands before it.
fn order_of_acks(book: &Book, sends: &BTreeMap<Uuid, Send>, findings: &mut Findings) {
    let mut chats: HashMap<Uuid, Vec<(u64, u64, u64)>> = HashMap::new();
    for send in sends.values() {
        if let Some((over, seq, id)) = send.acks.iter().min()
            && !book.lost.contains(&(send.chat, *seq, *id))
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
                findings.accuse(Invariant::RealTimeOrder, what);
            }
            earliest = earliest.min((over, seq));
        }
    }
}

/// What a person had seen when they began to answer stands before the answer.
fn order_of_sights(book: &Book, sends: &BTreeMap<Uuid, Send>, findings: &mut Findings) {
    type Moments = Vec<(u64, bool, u64)>;
    let mut moments: HashMap<(Uuid, Uuid), Moments> = HashMap::new();
    for device in &book.devices {
        for (t, sight) in &device.sights {
            if let Sight::Received(event) = sight
                && !book.lost.contains(&(event.feed, event.seq, event.id))
            {
                let key = (device.user, event.feed);
                moments.entry(key).or_default().push((*t, false, event.seq));
            }
        }
    }
    for send in sends.values() {
        if let Some((_, seq, id)) = send.acks.first()
            && !book.lost.contains(&(send.chat, *seq, *id))
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
                findings.accuse(Invariant::RealTimeOrder, what);
            } else if !sent {
                seen = seen.max(seq);
            }
        }
    }
}

/// An id stands once in a chat's feed.
fn once_stored(book: &Book, findings: &mut Findings) {
    for (chat, feed) in &book.feeds {
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
                findings.accuse(Invariant::Idempotence, what);
            }
        }
    }
}
