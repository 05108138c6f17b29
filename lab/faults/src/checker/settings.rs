//! Checks what users have set for their chats and have begun to write. (I20)

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{HistoryEntry, HistoryIndex};

/// A chat and a user.
type Key = (Uuid, Uuid);

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    check_acknowledged(index, "settings", findings, |key, wanted| {
        let stored = index.settings.of_chats.get(&key);
        let is = |field: &str| stored.is_some_and(|row| row[field] == json!(true));
        let is_archived = stored.is_some_and(|row| !row["archived_up_to"].is_null());
        let is_marked = stored.is_some_and(|row| !row["unread_from"].is_null());
        is("is_pinned") == (wanted.fields["is_pinned"] == json!(true))
            && is("is_muted") == (wanted.fields["is_muted"] == json!(true))
            && is_archived == (wanted.fields["is_archived"] == json!(true))
            && is_marked == (wanted.fields["is_marked"] == json!(true))
            && level(stored) == wanted.text("level")
    });
    check_acknowledged(index, "draft", findings, |key, wanted| {
        let stored = index
            .settings
            .drafts
            .get(&key)
            .and_then(|drafts| drafts.get(""));
        stored.unwrap_or(&Value::Null) == &wanted.fields["content"]
    });
    check_devices(index, findings);
}

/// What a user wanted last, and got acknowledged, is stored. A request that was sent again may be carried out late, after one
/// that was made later, so that nothing can be said about a place of which one was.
fn check_acknowledged(
    index: &HistoryIndex,
    name: &str,
    findings: &mut Findings,
    is_stored: impl Fn(Key, &HistoryEntry) -> bool,
) {
    if !index.lost.is_empty() {
        return;
    }
    let mut last: BTreeMap<Key, &HistoryEntry> = BTreeMap::new();
    let mut unclear: BTreeSet<Key> = BTreeSet::new();
    for entry in &index.entries {
        let Some(step) = entry.kind.strip_prefix(name) else {
            continue;
        };
        let key = (entry.id("chat"), index.user(entry.text("user")));
        match step {
            ".ok" => drop(last.insert(key, entry)),
            ".retry" | ".unknown" => drop(unclear.insert(key)),
            _ => {}
        }
    }
    for (key, wanted) in last {
        if !unclear.contains(&key) && !is_stored(key, wanted) {
            let what = format!(
                "{} wanted {} for {name} in {}, which is not what is stored",
                wanted.text("user"),
                wanted.fields,
                key.0
            );
            findings.violation(Invariant::Settings, what);
        }
    }
}

fn level(stored: Option<&Value>) -> &str {
    stored
        .and_then(|row| row["level"].as_str())
        .unwrap_or("ALL")
}

/// At rest, every device knows what is stored, whether it has heard of it by events or loads it now.
fn check_devices(index: &HistoryIndex, findings: &mut Findings) {
    let users: BTreeMap<&str, Uuid> = index
        .devices
        .iter()
        .map(|device| (device.name.as_str(), device.user))
        .collect();
    for kind in ["copy", "fresh"] {
        for entry in index.entries(kind) {
            let state = &entry.fields["state"];
            let Some(user) = users.get(entry.text("d")) else {
                continue;
            };
            if !state["settings"].is_object() {
                continue;
            }
            let key = (entry.id("chat"), *user);
            let stored = index.settings.of_chats.get(&key);
            let known = &state["settings"];
            let is = |field: &str| stored.is_some_and(|row| row[field] == json!(true));
            let archived = stored.map_or(&Value::Null, |row| &row["archived_up_to"]);
            let unread_from = stored.map_or(&Value::Null, |row| &row["unread_from"]);
            let agrees = is("is_pinned") != known["pinnedAt"].is_null()
                && is("is_muted") != known["mutedUntil"].is_null()
                && archived == &known["archivedUpTo"]
                && unread_from == &known["unreadFrom"]
                && level(stored) == known["notificationLevel"].as_str().unwrap_or_default();
            let drafts = index.settings.drafts.get(&key).cloned().unwrap_or_default();
            if !agrees || json!(drafts) != state["drafts"] {
                let what = format!(
                    "{} ({kind}) knows {known} and the drafts {} of {}; stored is {stored:?} and {drafts:?}",
                    entry.text("d"),
                    state["drafts"],
                    key.0
                );
                findings.violation(Invariant::Settings, what);
            }
        }
    }
}
