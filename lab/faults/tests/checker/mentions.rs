//! Histories with mentions: I18.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{ADA, BOB, SampleHistory, id, like};
use crate::{assert_violation, findings};

const MENTIONING: u128 = 0xcf;
const FIRST: u128 = 0xe01;
const SECOND: u128 = 0xe02;
const THIRD: u128 = 0xe03;

/// A chat in which Ada named Bob, mentioned all, and removed what named him again. Bob has read nothing.
fn mentions() -> SampleHistory {
    let mut history = SampleHistory::valid();
    let chat = id(MENTIONING);
    for (number, message, all, removed, people) in [
        (1, FIRST, false, false, vec![BOB]),
        (2, SECOND, true, false, vec![]),
        (3, THIRD, false, true, vec![]),
    ] {
        let prev = (number > 1).then(|| id(message - 1));
        history.add(
            "send.invoke",
            json!({ "user": "ada", "chat": chat, "cid": id(message) }),
        );
        history.add(
            "send.ok",
            json!({ "user": "ada", "chat": chat, "cid": id(message), "id": id(message), "seq": number, "number": number,
                "revision": 1, "mentions": people.iter().map(|user| id(*user)).collect::<Vec<_>>(), "all": all }),
        );
        history.add(
            "dump.event",
            json!({ "feed_id": chat, "seq": number, "id": id(message), "prev_id": prev, "at": number,
                "kind": "MESSAGE_ADDED", "message_id": id(message), "actor_id": id(ADA), "data": null }),
        );
        history.add(
            "dump.message",
            json!({ "chat_id": chat, "id": id(message), "number": number, "seq": number, "removed": removed,
                "revision": 1, "sender_id": id(ADA), "mentions_all": all }),
        );
    }
    history.add(
        "dump.feed",
        json!({ "id": chat, "last_seq": 3, "head_id": id(THIRD), "message_count": 3 }),
    );
    history.add(
        "dump.mention",
        json!({ "chat_id": chat, "number": 1, "user_id": id(BOB) }),
    );
    for (name, user, mark, numbers) in [("ada", ADA, 3, json!([])), ("bob", BOB, 0, json!([1, 2]))]
    {
        history.add(
            "dump.participant",
            json!({ "chat_id": chat, "user_id": id(user), "last_read_number": mark,
                "joined_number": 0, "left_seq": null }),
        );
        let told = json!([{ "id": chat, "mentionNumbers": numbers }]);
        history.add("mentions", json!({ "user": name, "chats": told }));
    }
    history.add(
        "unread",
        json!({ "user": "bob", "chat": chat, "unread": 2 }),
    );
    history
}

fn message(number: u64) -> impl Fn(&Value) -> bool {
    like(
        "dump.message",
        &[
            ("chat_id", json!(id(MENTIONING))),
            ("number", json!(number)),
        ],
    )
}

#[test]
fn i18_mentions_that_are_what_was_meant_are_no_violation() {
    let findings = findings(&mentions());
    assert_eq!(findings.violations, []);
}

#[test]
fn i18_a_message_mentions_whom_its_writer_meant() {
    let history = mentions().without(like("dump.mention", &[]));
    assert_violation(&history, Invariant::Threads);
    let mut history = mentions();
    history.find(like("dump.mention", &[]))["number"] = json!(2);
    assert_violation(&history, Invariant::Threads);
    for number in [1, 2] {
        let mut history = mentions();
        history.find(message(number))["mentions_all"] = json!(number == 1);
        assert_violation(&history, Invariant::Threads);
    }
}

#[test]
fn i18_what_nobody_was_answered_is_not_known() {
    let mut history = mentions();
    history.find(message(1))["revision"] = json!(2);
    history.add(
        "dump.revision",
        json!({ "chat_id": id(MENTIONING), "message_id": id(FIRST), "revision": 1 }),
    );
    assert_eq!(findings(&history).violations, []);
}

#[test]
fn i18_a_removed_message_mentions_nobody() {
    let mut history = mentions();
    history.find(message(3))["mentions_all"] = json!(true);
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i18_the_numbers_that_a_user_is_told_equal_counting() {
    for numbers in [json!([]), json!([1]), json!([1, 2, 3])] {
        let mut history = mentions();
        let told = history.find(like("mentions", &[("user", json!("bob"))]));
        told["chats"][0]["mentionNumbers"] = numbers;
        assert_violation(&history, Invariant::Threads);
    }
}

#[test]
fn i18_who_has_read_the_chat_has_read_its_mentions() {
    let mut history = mentions();
    let bob = [
        ("user_id", json!(id(BOB))),
        ("chat_id", json!(id(MENTIONING))),
    ];
    history.find(like("dump.participant", &bob))["last_read_number"] = json!(3);
    assert_violation(&history, Invariant::Threads);
}

#[test]
fn i18_who_joined_later_was_not_among_all() {
    let mut history = mentions();
    let bob = [
        ("user_id", json!(id(BOB))),
        ("chat_id", json!(id(MENTIONING))),
    ];
    history.find(like("dump.participant", &bob))["joined_number"] = json!(2);
    assert_violation(&history, Invariant::Threads);
}
