//! Histories with settings of chats and drafts: I20.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{ADA, SampleHistory, id, like};
use crate::{assert_violation, findings};

const CHAT: u128 = 0xdf;

/// Ada has pinned a chat and archived it, and has begun to write in it; one of her devices knows that.
fn settings() -> SampleHistory {
    let mut history = SampleHistory::valid();
    let chat = id(CHAT);
    let wanted = json!({ "user": "ada", "chat": chat, "is_pinned": true, "is_muted": false,
        "is_archived": true, "is_marked": true, "level": "MENTIONS" });
    history.add("settings.invoke", wanted.clone());
    history.add("settings.ok", wanted);
    let draft = json!({ "user": "ada", "chat": chat, "root": null, "content": "half a thou" });
    history.add("draft.invoke", draft.clone());
    history.add("draft.ok", draft);
    history.add(
        "dump.chat_settings",
        json!({ "chat_id": chat, "user_id": id(ADA), "is_pinned": true, "is_muted": false,
            "archived_up_to": 3, "unread_from": 2, "level": "MENTIONS" }),
    );
    history.add(
        "dump.draft",
        json!({ "chat_id": chat, "user_id": id(ADA), "root_id": null, "content": "half a thou" }),
    );
    let state = json!({ "settings": { "chatId": chat, "pinnedAt": "2026-01-01T00:00:00Z", "mutedUntil": null,
        "archivedUpTo": 3, "unreadFrom": 2, "notificationLevel": "MENTIONS" }, "drafts": { "": "half a thou" } });
    for kind in ["copy", "fresh"] {
        history.add(kind, json!({ "d": "a", "chat": chat, "state": state }));
    }
    history
}

fn both(mut history: SampleHistory, change: impl Fn(&mut Value)) -> SampleHistory {
    for kind in ["copy", "fresh"] {
        change(history.find(like(kind, &[("chat", json!(id(CHAT)))])));
    }
    history
}

#[test]
fn settings_that_are_stored_as_wanted_and_known_as_stored_are_allowed() {
    assert!(findings(&settings()).violations.is_empty());
}

#[test]
fn an_acknowledged_setting_that_is_not_stored_is_a_violation() {
    for (field, value) in [
        ("is_pinned", json!(false)),
        ("level", json!("ALL")),
        ("archived_up_to", Value::Null),
        ("unread_from", Value::Null),
    ] {
        let mut history = settings();
        history.find(like("dump.chat_settings", &[]))[field] = value;
        assert_violation(&history, Invariant::Settings);
    }
}

#[test]
fn a_draft_that_is_not_stored_is_a_violation() {
    let history = settings().without(like("dump.draft", &[]));
    assert_violation(&history, Invariant::Settings);
}

#[test]
fn a_device_that_knows_other_settings_or_drafts_is_a_violation() {
    let history = both(settings(), |entry| {
        entry["state"]["settings"]["mutedUntil"] = json!("9999-01-01T00:00:00Z");
    });
    assert_violation(&history, Invariant::Settings);
    let history = both(settings(), |entry| entry["state"]["drafts"] = json!({}));
    assert_violation(&history, Invariant::Settings);
}

#[test]
fn nothing_is_said_about_a_request_that_was_sent_again() {
    let mut history = settings();
    let again = json!({ "user": "ada", "chat": id(CHAT), "is_pinned": false });
    history.add("settings.retry", again);
    history.find(like("settings.ok", &[]))["is_pinned"] = json!(false);
    assert!(findings(&history).violations.is_empty());
}
