//! Checks receipts: marks only grow and are told as they are stored, a message is delivered when all have it, and who hides
//! what they have read is told of nobody. (I19)

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryIndex, Participant};

/// One receipt, as somebody was told it.
struct Told {
    chat: Uuid,
    /// Whom it is about.
    of: Uuid,
    delivered: u64,
    read: Option<u64>,
}

pub fn check(index: &HistoryIndex, findings: &mut Findings) {
    let hiding = index.entries("hides");
    let hiding: HashSet<Uuid> = hiding.map(|entry| index.user(entry.text("user"))).collect();
    check_acknowledged(index, findings);
    for entry in index.entries("receipt") {
        let told = told(entry.id("chat"), &entry.fields, "of", "delivered", "read");
        check_told(index, entry.text("user"), &told, &hiding, findings);
    }
    for entry in index.entries("receipts") {
        let chats = entry.fields["chats"].as_array().into_iter().flatten();
        for chat in chats {
            check_chat(index, entry.text("user"), chat, &hiding, findings);
        }
    }
    for entry in index.entries("counted") {
        let (chat, number) = (entry.id("chat"), entry.number("number"));
        let user = entry.text("user");
        check_message(
            index,
            user,
            chat,
            number,
            &entry.fields["counts"],
            &hiding,
            findings,
        );
    }
}

fn told(chat: Uuid, fields: &Value, of: &str, delivered: &str, read: &str) -> Told {
    Told {
        chat,
        of: id(&fields[of]),
        delivered: fields[delivered].as_u64().unwrap_or_default(),
        read: fields[read].as_u64(),
    }
}

/// An acknowledged mark is stored: also after those who left have come back, whose marks begin at the newest message.
fn check_acknowledged(index: &HistoryIndex, findings: &mut Findings) {
    for entry in index.entries("deliver.ok") {
        let key = (entry.id("chat"), index.user(entry.text("user")));
        let stored = index.participants.get(&key).map(|stored| stored.delivered);
        // A failover may lose marks.
        if index.lost.is_empty() && stored.is_some_and(|stored| stored < entry.number("delivered"))
        {
            let what = format!("{} lost a delivered mark in {}", entry.text("user"), key.0);
            findings.violation(Invariant::Receipts, what);
        }
    }
}

/// What was told at any time: marks only grow, so what is stored in the end is not below it.
fn check_told(
    index: &HistoryIndex,
    user: &str,
    told: &Told,
    hiding: &HashSet<Uuid>,
    findings: &mut Findings,
) {
    let viewer = index.user(user);
    let Told { chat, of, .. } = *told;
    if told.read.is_some_and(|read| read > told.delivered) {
        let what = format!("{user} was told that {of} in {chat} has read what they do not have");
        findings.violation(Invariant::Receipts, what);
    }
    let is_hidden = hiding.contains(&viewer) || hiding.contains(&of);
    if is_hidden && told.read.is_some() {
        let what = format!("{user} was told in {chat} what {of} has read, which one of them hides");
        findings.violation(Invariant::Receipts, what);
    }
    let stored = index.participants.get(&(chat, of));
    let is_ahead = |stored: &Participant| {
        stored.delivered < told.delivered || told.read.is_some_and(|read| stored.last_read < read)
    };
    if index.lost.is_empty() && stored.is_some_and(is_ahead) {
        let what = format!("{user} was told more of {of} in {chat} than is stored");
        findings.violation(Invariant::Receipts, what);
    }
}

/// At rest, everyone is told of all others who take part, and exactly what is stored.
fn check_chat(
    index: &HistoryIndex,
    user: &str,
    chat: &Value,
    hiding: &HashSet<Uuid>,
    findings: &mut Findings,
) {
    let (chat_id, viewer) = (id(&chat["id"]), index.user(user));
    let mut shown = BTreeMap::new();
    for receipt in chat["receipts"].as_array().into_iter().flatten() {
        let told = told(chat_id, receipt, "userId", "deliveredNumber", "readNumber");
        check_told(index, user, &told, hiding, findings);
        shown.insert(told.of, (told.delivered, told.read));
    }
    let stored = others(index, chat_id, viewer).map(|(of, stored)| {
        let is_hidden = hiding.contains(&viewer) || hiding.contains(&of);
        (
            of,
            (stored.delivered, (!is_hidden).then_some(stored.last_read)),
        )
    });
    let stored: BTreeMap<_, _> = stored.collect();
    if shown != stored {
        let what = format!("{user} is shown {shown:?} of {chat_id}, and stored is {stored:?}");
        findings.violation(Invariant::Receipts, what);
    }
}

/// A message is delivered when all have it to whom it was sent, and not when one has.
fn check_message(
    index: &HistoryIndex,
    user: &str,
    chat: Uuid,
    number: u64,
    counts: &Value,
    hiding: &HashSet<Uuid>,
    findings: &mut Findings,
) {
    let mut messages = index.messages.iter();
    let found = messages.find(|((of, _), message)| *of == chat && message.number == number);
    let Some((_, message)) = found else { return };
    let here: Vec<_> = others(index, chat, message.sender)
        .filter(|(_, stored)| stored.joined < number)
        .collect();
    let count = |has: &dyn Fn(Uuid, &Participant) -> bool| {
        here.iter().filter(|(of, stored)| has(*of, stored)).count() as u64
    };
    let read = count(&|of, stored| !hiding.contains(&of) && stored.last_read >= number);
    let viewer_hides = hiding.contains(&index.user(user));
    let expected = (
        Some(here.len() as u64),
        Some(count(&|_, stored| stored.delivered >= number)),
        (!viewer_hides).then_some(read),
    );
    let counted = |field: &str| counts[field].as_u64();
    let shown = (
        counted("recipientCount"),
        counted("deliveredCount"),
        counted("readCount"),
    );
    if shown != expected {
        let what = format!(
            "chat {chat}: {user} is told that {shown:?} are to have, have and have read message {number}, and {expected:?} do"
        );
        findings.violation(Invariant::Receipts, what);
    }
}

/// Those who take part in a chat, without one.
fn others(
    index: &HistoryIndex,
    chat: Uuid,
    one: Uuid,
) -> impl Iterator<Item = (Uuid, &Participant)> {
    let of_chat = index
        .participants
        .range((chat, Uuid::nil())..=(chat, Uuid::max()));
    of_chat
        .filter(move |((_, of), stored)| *of != one && !stored.left)
        .map(|((_, of), stored)| (*of, stored))
}

fn id(value: &Value) -> Uuid {
    let text = value.as_str().unwrap_or_default();
    text.parse().unwrap_or_default()
}
