//! Checks mentions: what is stored is whom the text mentions, and the numbers that a user is told equal counting. (I18)

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryIndex, Message};

/// The most numbers that a user is told of one chat.
const MAX_NUMBERS: usize = 100;

/// Whom a text mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mentioned {
    people: BTreeSet<Uuid>,
    all: bool,
}

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    check_stored(index, findings);
    check_told(index, findings);
}

/// Every message mentions whom its writer meant, and a removed one nobody.
fn check_stored(index: &HistoryIndex, findings: &mut Findings) {
    let meant = meant(index);
    for ((chat, id), message) in &index.messages {
        let stored = Mentioned {
            people: people(index, *chat, message),
            all: message.mentions_all,
        };
        let expected = match message.removed {
            true => Some(Mentioned::default()),
            // Without an answer to whoever wrote this revision, it is not known.
            false => meant.get(&(*chat, *id, message.revision)).cloned(),
        };
        if let Some(expected) = expected.filter(|expected| *expected != stored) {
            let what = format!(
                "chat {chat}: message {} mentions {stored:?}, its text {expected:?}",
                message.number
            );
            findings.violation(Invariant::Threads, what);
        }
    }
}

/// What writers meant, by chat, message and revision.
fn meant(index: &HistoryIndex) -> HashMap<(Uuid, Uuid, u64), Mentioned> {
    let written = index.entries("send.ok").chain(index.entries("edit.ok"));
    written
        .filter_map(|entry| {
            let people = entry.fields["mentions"].as_array()?;
            let mentioned = Mentioned {
                people: people.iter().filter_map(id).collect(),
                all: entry.fields["all"] == Value::Bool(true),
            };
            let key = (entry.id("chat"), entry.id("id"), entry.number("revision"));
            Some((key, mentioned))
        })
        .collect()
}

fn people(index: &HistoryIndex, chat: Uuid, message: &Message) -> BTreeSet<Uuid> {
    let stored = index.mentions.get(&(chat, message.number));
    stored.cloned().unwrap_or_default()
}

/// At rest, a user is told the numbers above their mark that mention them. So whoever has read a chat is told none of it.
fn check_told(index: &HistoryIndex, findings: &mut Findings) {
    for entry in index.entries("mentions") {
        let user = index.user(entry.text("user"));
        let told = told(&entry.fields["chats"]);
        let counted = counted(index, user);
        let chats: BTreeSet<_> = told.keys().chain(counted.keys()).collect();
        for chat in chats {
            let (told, counted) = (told.get(chat), counted.get(chat));
            if told != counted {
                let what = format!(
                    "{} is told that {told:?} mention them in {chat}, and {counted:?} do",
                    entry.text("user")
                );
                findings.violation(Invariant::Threads, what);
            }
        }
    }
}

fn told(chats: &Value) -> BTreeMap<Uuid, Vec<u64>> {
    let chats = chats.as_array().into_iter().flatten();
    chats
        .filter_map(|chat| {
            let numbers = chat["mentionNumbers"].as_array()?;
            let numbers: Vec<u64> = numbers.iter().filter_map(Value::as_u64).collect();
            Some((id(&chat["id"])?, numbers)).filter(|(_, numbers)| !numbers.is_empty())
        })
        .collect()
}

/// By chat in which the user takes part, the lowest numbers above their mark of messages that mention them.
fn counted(index: &HistoryIndex, user: Uuid) -> BTreeMap<Uuid, Vec<u64>> {
    let mut counted: BTreeMap<Uuid, Vec<u64>> = BTreeMap::new();
    for ((chat, _), message) in &index.messages {
        let Some(own) = index.participants.get(&(*chat, user)) else {
            continue;
        };
        let is_named = people(index, *chat, message).contains(&user);
        let is_among_all = message.mentions_all && message.number > own.joined;
        if !own.left
            && message.is_unread_above(own.last_read)
            && message.sender != user
            && (is_named || is_among_all)
        {
            counted.entry(*chat).or_default().push(message.number);
        }
    }
    for numbers in counted.values_mut() {
        numbers.sort_unstable();
        numbers.truncate(MAX_NUMBERS);
    }
    counted
}

fn id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}
