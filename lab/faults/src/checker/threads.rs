//! Checks threads: their replies are numbered and counted, and what is unread in them equals counting. (I18)

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryIndex, Message, Participant, Thread, ThreadFollow};

/// By chat and root: the replies in the order of their numbers.
type Replies<'a> = BTreeMap<(Uuid, Uuid), Vec<&'a Message>>;

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let replies = replies(index);
    check_ordinals(index, &replies, findings);
    check_followed(index, &replies, findings);
}

fn replies(index: &HistoryIndex) -> Replies<'_> {
    let mut replies: Replies<'_> = BTreeMap::new();
    for ((chat, _), message) in &index.messages {
        if let Some((root, _)) = message.thread {
            replies.entry((*chat, root)).or_default().push(message);
        }
    }
    for replies in replies.values_mut() {
        replies.sort_unstable_by_key(|reply| reply.number);
    }
    replies
}

/// The ordinals are 1, 2, 3 and so on in the order of the numbers, and the thread counts them.
fn check_ordinals(index: &HistoryIndex, replies: &Replies<'_>, findings: &mut Findings) {
    for ((chat, root), replies) in replies {
        let ordinals = replies.iter().filter_map(|reply| Some(reply.thread?.1));
        if !ordinals.eq(1..=replies.len() as u64) {
            let what = format!("chat {chat}: the replies to {root} are not numbered 1, 2, 3 …");
            findings.violation(Invariant::Threads, what);
        }
        let root_message = index.messages.get(&(*chat, *root));
        if root_message.is_none_or(|root| root.thread.is_some()) {
            let what = format!("chat {chat}: {root} has replies and is no message of the timeline");
            findings.violation(Invariant::Threads, what);
        }
    }
    let counted: BTreeMap<(Uuid, Uuid), Thread> = replies
        .iter()
        .map(|(key, replies)| {
            let thread = Thread {
                reply_count: replies.len() as u64,
                last_number: replies.last().map_or(0, |reply| reply.number),
            };
            (*key, thread)
        })
        .collect();
    let keys: BTreeSet<_> = counted.keys().chain(index.threads.keys()).collect();
    for key in keys {
        let (counted, stored) = (counted.get(key), index.threads.get(key));
        if counted != stored {
            let what = format!(
                "chat {}: the thread of {} is stored as {stored:?}, its replies are {counted:?}",
                key.0, key.1
            );
            findings.violation(Invariant::Threads, what);
        }
    }
}

/// At rest, the list of followed threads is complete and tells what is unread, and reading a chat reads its threads.
fn check_followed(index: &HistoryIndex, replies: &Replies<'_>, findings: &mut Findings) {
    let mut messages: HashMap<Uuid, Vec<&Message>> = HashMap::new();
    for ((chat, _), message) in &index.messages {
        messages.entry(*chat).or_default().push(message);
    }
    for entry in index.entries("followed") {
        let user = index.user(entry.text("user"));
        let told = told(&entry.fields["threads"]);
        let counted = counted(index, replies, user);
        let keys: BTreeSet<_> = told.keys().chain(counted.keys()).collect();
        for key in keys {
            let (told, counted) = (told.get(key), counted.get(key));
            if told != counted {
                let what = format!(
                    "{} is told {told:?} unread of {counted:?} in the thread of {} in {}",
                    entry.text("user"),
                    key.1,
                    key.0
                );
                findings.violation(Invariant::Threads, what);
            }
        }
        for ((chat, root), unread) in &told {
            let read = index.participants.get(&(*chat, user));
            let mut above = messages.get(chat).into_iter().flatten().filter(|message| {
                read.is_some_and(|own| message.is_unread_above(own.last_read))
                    && !message.is_reply_of(user)
            });
            if *unread > 0 && above.next().is_none() {
                let what = format!(
                    "{} has read {chat} and has {unread} unread in its thread of {root}",
                    entry.text("user")
                );
                findings.violation(Invariant::Threads, what);
            }
        }
    }
}

fn told(threads: &Value) -> BTreeMap<(Uuid, Uuid), u64> {
    let id = |value: &Value| value.as_str().and_then(|id| id.parse().ok());
    let threads = threads.as_array().into_iter().flatten();
    threads
        .filter_map(|followed| {
            let thread = &followed["thread"];
            let key = (id(&thread["chatId"])?, id(&thread["rootId"])?);
            Some((key, followed["unreadCount"].as_u64()?))
        })
        .collect()
}

/// The threads with replies that a user follows in the chats that they take part in, with what is unread.
fn counted(index: &HistoryIndex, replies: &Replies<'_>, user: Uuid) -> BTreeMap<(Uuid, Uuid), u64> {
    let own = index.thread_follows.iter();
    own.filter(|follow| follow.user == user && follow.following)
        .filter_map(|follow| {
            let key = (follow.chat, follow.root);
            let participant = index.participants.get(&(follow.chat, user));
            let participant = participant.filter(|participant| !participant.left)?;
            let mark = mark(follow, participant);
            let unread = replies.get(&key)?.iter();
            Some((
                key,
                unread.filter(|reply| reply.is_unread_above(mark)).count() as u64,
            ))
        })
        .collect()
}

/// Up to here, a thread is read.
fn mark(follow: &ThreadFollow, participant: &Participant) -> u64 {
    let marks = [follow.last_read, participant.last_read, participant.joined];
    marks.into_iter().max().unwrap_or_default()
}
