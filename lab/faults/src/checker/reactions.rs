//! Checks reactions: every event and every group says how many there are, and what was acknowledged is there. (I17)

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{Feed, HistoryIndex, ReactionKey};

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    for (chat, feed) in &index.feeds {
        let mut problems = Vec::new();
        let counted = count(feed, &mut problems);
        let stored = index.reactions.get(chat).cloned().unwrap_or_default();
        if counted != stored {
            let differing = counted.symmetric_difference(&stored).next();
            problems.push(format!(
                "its events do not lead to what is stored: {differing:?}"
            ));
        }
        problems.extend(check_groups(index, *chat, &stored));
        for problem in problems {
            findings.violation(Invariant::Reactions, format!("chat {chat}: {problem}"));
        }
    }
    check_acknowledged(index, findings);
}

/// Applies all events. Each must change something, and count what is there after it.
fn count(feed: &Feed, problems: &mut Vec<String>) -> HashSet<ReactionKey> {
    let mut reactions: HashMap<ReactionKey, String> = HashMap::new();
    for event in &feed.events {
        if event.kind == "MESSAGE_REMOVED" {
            reactions.retain(|reaction, _| Some(reaction.message) != event.message);
        }
        let Some(change) = &event.reaction else {
            continue;
        };
        let before = match change.added {
            true => reactions.insert(change.key.clone(), change.variant.clone()),
            false => reactions.remove(&change.key),
        };
        // Choosing another skin tone is a change, and so is removing what is there.
        let had_it = before.as_ref() == Some(&change.variant);
        if change.added == had_it {
            problems.push(format!("seq {} changes nothing", event.seq));
        }
        let ReactionKey { message, emoji, .. } = &change.key;
        let alike = |other: &&ReactionKey| other.message == *message && other.emoji == *emoji;
        let counted = reactions.keys().filter(alike).count() as u64;
        if counted != change.count {
            problems.push(format!(
                "seq {} says {} {emoji}, there are {counted}",
                event.seq, change.count
            ));
        }
    }
    reactions.into_keys().collect()
}

/// At rest, each group counts its reactions, and each reaction is in a group.
fn check_groups(index: &HistoryIndex, chat: Uuid, stored: &HashSet<ReactionKey>) -> Vec<String> {
    let mut counted: BTreeMap<(Uuid, &str), u64> = BTreeMap::new();
    for reaction in stored {
        let key = (reaction.message, reaction.emoji.as_str());
        *counted.entry(key).or_default() += 1;
    }
    let groups = index.reaction_groups.get(&chat).into_iter().flatten();
    let groups: BTreeMap<(Uuid, &str), u64> = groups
        .map(|(message, emoji, count)| ((*message, emoji.as_str()), *count))
        .collect();
    let keys: HashSet<_> = counted.keys().chain(groups.keys()).collect();
    keys.into_iter()
        .filter(|key| counted.get(*key) != groups.get(*key))
        .map(|key| {
            format!(
                "the group {key:?} counts {:?}, there are {:?}",
                groups.get(key),
                counted.get(key)
            )
        })
        .collect()
}

/// The last mutation of a reaction decides whether it is there. Users make one request at a time, so the last one is clear,
/// unless one attempt got no answer: it may have been applied at any later time.
fn check_acknowledged(index: &HistoryIndex, findings: &mut Findings) {
    let mut last: HashMap<(Uuid, ReactionKey), bool> = HashMap::new();
    let mut in_doubt = HashSet::new();
    for entry in &index.entries {
        let Some((mutation, phase)) = entry.kind.split_once('.') else {
            continue;
        };
        let wanted = match mutation {
            "react" => true,
            "unreact" => false,
            _ => continue,
        };
        let key = ReactionKey {
            message: entry.id("message"),
            emoji: without_skin_tone(entry.text("emoji")),
            user: index.user(entry.text("user")),
        };
        let key = (entry.id("chat"), key);
        match phase {
            "ok" => drop(last.insert(key, wanted)),
            "retry" | "unknown" => drop(in_doubt.insert(key)),
            _ => {}
        }
    }
    // A failover that loses events loses reactions, too.
    let is_clear = |key: &(Uuid, ReactionKey)| index.lost.is_empty() && !in_doubt.contains(key);
    for ((chat, key), wanted) in last.into_iter().filter(|(key, _)| is_clear(key)) {
        let is_removed = index
            .messages
            .get(&(chat, key.message))
            .is_none_or(|message| message.removed);
        let is_stored = index
            .reactions
            .get(&chat)
            .is_some_and(|stored| stored.contains(&key));
        if !is_removed && wanted != is_stored {
            let what = format!("chat {chat}: {key:?} was acknowledged otherwise than it is stored");
            findings.violation(Invariant::Reactions, what);
        }
    }
}

fn without_skin_tone(emoji: &str) -> String {
    let is_tone = |character: &char| ('\u{1F3FB}'..='\u{1F3FF}').contains(character);
    emoji
        .chars()
        .filter(|character| !is_tone(character))
        .collect()
}
