//! Histories with threads: I18.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{ADA, BOB, SampleHistory, id, like};
use crate::{assert_violation, findings};

const THREADED: u128 = 0xcf;
const ROOT: u128 = 0xd01;
const FIRST: u128 = 0xd02;
const SECOND: u128 = 0xd03;

/// A chat in which Bob and Ada replied to Ada's message. Ada has read the root and no reply but her own; Bob follows and has
/// read his own.
fn threads() -> SampleHistory {
    let mut history = SampleHistory::valid();
    let chat = id(THREADED);
    for (seq, message, sender, ordinal) in [
        (1, ROOT, ADA, None),
        (2, FIRST, BOB, Some(1)),
        (3, SECOND, ADA, Some(2)),
    ] {
        let prev = (seq > 1).then(|| id(if seq == 2 { ROOT } else { FIRST }));
        history.add(
            "dump.event",
            json!({ "feed_id": chat, "seq": seq, "id": id(message), "prev_id": prev, "at": seq,
                "kind": "MESSAGE_ADDED", "message_id": id(message), "actor_id": id(sender), "data": null }),
        );
        history.add(
            "dump.message",
            json!({ "chat_id": chat, "id": id(message), "number": seq, "seq": seq, "removed": false,
                "sender_id": id(sender), "thread_root_id": ordinal.map(|_| id(ROOT)), "thread_ordinal": ordinal }),
        );
    }
    history.add(
        "dump.feed",
        json!({ "id": chat, "last_seq": 3, "head_id": id(SECOND), "message_count": 3 }),
    );
    history.add(
        "dump.thread",
        json!({ "chat_id": chat, "root_id": id(ROOT), "reply_count": 2, "last_number": 3 }),
    );
    for (name, user, chat_mark, thread_mark, unread) in
        [("ada", ADA, 1, 3, 0), ("bob", BOB, 1, 2, 1)]
    {
        history.add(
            "dump.participant",
            json!({ "chat_id": chat, "user_id": id(user), "last_read_number": chat_mark,
                "joined_number": 0, "left_seq": null }),
        );
        history.add(
            "dump.thread_follow",
            json!({ "chat_id": chat, "root_id": id(ROOT), "user_id": id(user), "following": true,
                "last_read_number": thread_mark }),
        );
        let thread = json!({ "thread": { "chatId": chat, "rootId": id(ROOT), "replyCount": 2 }, "unreadCount": unread });
        history.add("followed", json!({ "user": name, "threads": [thread] }));
        // Of Ada's unread messages, one is her own reply; of Bob's, one, too.
        let fields = json!({ "user": name, "chat": chat, "unread": 1 });
        history.add("unread", fields);
    }
    history
}

fn of_user(kind: &str, user: u128) -> impl Fn(&Value) -> bool + use<> {
    like(
        kind,
        &[
            ("user_id", json!(id(user))),
            ("chat_id", json!(id(THREADED))),
        ],
    )
}

#[test]
fn i18_threads_that_count_right_are_no_violation() {
    let findings = findings(&threads());
    assert_eq!(findings.violations, []);
}

#[test]
fn i18_ordinals_without_a_gap_or_a_double_are_demanded() {
    for ordinal in [1, 3] {
        let mut history = threads();
        let reply = like("dump.message", &[("thread_ordinal", json!(2))]);
        history.find(reply)["thread_ordinal"] = json!(ordinal);
        assert_violation(&history, Invariant::Threads);
    }
}

#[test]
fn i18_a_thread_counts_its_replies() {
    for (field, value) in [("reply_count", 1), ("last_number", 2)] {
        let mut history = threads();
        history.find(like("dump.thread", &[]))[field] = json!(value);
        assert_violation(&history, Invariant::Threads);
    }
    let history = threads().without(like("dump.thread", &[]));
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i18_there_is_one_level() {
    let mut history = threads();
    let reply = like("dump.message", &[("thread_ordinal", json!(2))]);
    history.find(reply)["thread_root_id"] = json!(id(FIRST));
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i18_what_a_follower_is_told_equals_counting() {
    let followed = |name: &str| like("followed", &[("user", json!(name))]);
    let mut history = threads();
    history.find(followed("bob"))["threads"][0]["unreadCount"] = json!(0);
    assert_violation(&history, Invariant::Threads);
    let mut history = threads();
    history.find(followed("bob"))["threads"] = json!([]);
    assert_violation(&history, Invariant::Threads);
    let mut history = threads();
    history.find(of_user("dump.thread_follow", BOB))["following"] = json!(false);
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i18_who_has_read_the_chat_has_read_its_threads() {
    let mut history = threads();
    history.find(of_user("dump.participant", BOB))["last_read_number"] = json!(3);
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i12_own_replies_are_not_unread() {
    let mut history = threads();
    let of_ada = like(
        "unread",
        &[("user", json!("ada")), ("chat", json!(id(THREADED)))],
    );
    history.find(of_ada)["unread"] = json!(2);
    assert_violation(&history, Invariant::Unread);
}
