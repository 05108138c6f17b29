//! Histories with receipts: I19.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{ADA, BOB, SampleHistory, id, like};
use crate::{assert_violation, findings};

const CHAT: u128 = 0xdf;
const MESSAGE: u128 = 0xf01;
const CLEO: u128 = 0xf1;
const DORA: u128 = 0xf2;

/// A chat in which Ada has sent a message that Bob has, Cleo has read, and Dora came too late for. Bob hides what he has read.
fn receipts() -> SampleHistory {
    let mut history = SampleHistory::valid();
    let chat = id(CHAT);
    for (name, user) in [("cleo", CLEO), ("dora", DORA)] {
        history.add("user", json!({ "name": name, "uid": id(user) }));
    }
    history.add("hides", json!({ "user": "bob" }));
    history.add(
        "send.invoke",
        json!({ "user": "ada", "chat": chat, "cid": id(MESSAGE) }),
    );
    history.add(
        "send.ok",
        json!({ "user": "ada", "chat": chat, "cid": id(MESSAGE), "id": id(MESSAGE), "seq": 1, "number": 1,
            "revision": 1, "mentions": [], "all": false }),
    );
    history.add(
        "deliver.ok",
        json!({ "user": "bob", "chat": chat, "number": 1, "delivered": 1 }),
    );
    history.add(
        "receipt",
        json!({ "d": "ada.0", "user": "ada", "chat": chat, "of": id(BOB), "delivered": 1, "read": null }),
    );
    history.add(
        "receipt",
        json!({ "d": "ada.0", "user": "ada", "chat": chat, "of": id(CLEO), "delivered": 1, "read": 1 }),
    );
    history.add(
        "dump.event",
        json!({ "feed_id": chat, "seq": 1, "id": id(MESSAGE), "prev_id": null, "at": 1,
            "kind": "MESSAGE_ADDED", "message_id": id(MESSAGE), "actor_id": id(ADA), "data": null }),
    );
    history.add(
        "dump.message",
        json!({ "chat_id": chat, "id": id(MESSAGE), "number": 1, "seq": 1, "removed": false,
            "revision": 1, "sender_id": id(ADA), "mentions_all": false }),
    );
    history.add(
        "dump.feed",
        json!({ "id": chat, "last_seq": 1, "head_id": id(MESSAGE), "message_count": 1 }),
    );
    for (user, read, delivered, joined) in [
        (ADA, 1, 0, 0),
        (BOB, 0, 1, 0),
        (CLEO, 1, 0, 0),
        (DORA, 1, 0, 1),
    ] {
        history.add(
            "dump.participant",
            json!({ "chat_id": chat, "user_id": id(user), "last_read_number": read,
                "last_delivered_number": delivered, "joined_number": joined, "left_seq": null }),
        );
    }
    let of = |user: u128, delivered: u64, read: Option<u64>| json!({ "userId": id(user), "deliveredNumber": delivered, "readNumber": read });
    let all = json!([of(BOB, 1, None), of(CLEO, 1, Some(1)), of(DORA, 1, Some(1))]);
    history.add(
        "receipts",
        json!({ "user": "ada", "chats": [{ "id": chat, "messageCount": 1, "receipts": all }] }),
    );
    history.add(
        "counted",
        json!({ "user": "ada", "chat": chat, "number": 1,
            "counts": { "recipientCount": 2, "deliveredCount": 2, "readCount": 1 } }),
    );
    history
}

fn participant(user: u128) -> impl Fn(&Value) -> bool {
    like(
        "dump.participant",
        &[("chat_id", json!(id(CHAT))), ("user_id", json!(id(user)))],
    )
}

fn told(of: u128) -> impl Fn(&Value) -> bool {
    like("receipt", &[("of", json!(id(of)))])
}

#[test]
fn i19_receipts_that_are_what_is_stored_are_no_violation() {
    let found = findings(&receipts());
    assert_eq!(found.violations, []);
}

#[test]
fn i19_a_message_that_one_has_is_not_delivered() {
    let mut history = receipts();
    // Now only Cleo has it, and it is still counted as if both had.
    history.find(participant(BOB))["last_delivered_number"] = json!(0);
    history.find(like("receipts", &[]))["chats"][0]["receipts"][0]["deliveredNumber"] = json!(0);
    history.find(told(BOB))["delivered"] = json!(0);
    history.find(like("deliver.ok", &[]))["delivered"] = json!(0);
    assert_violation(&history, Invariant::Receipts);
}

#[test]
fn i19_an_acknowledged_mark_must_not_be_lost() {
    let mut history = receipts();
    history.find(like("deliver.ok", &[]))["delivered"] = json!(2);
    assert_violation(&history, Invariant::Receipts);
}

#[test]
fn i19_nobody_is_told_more_than_is_stored() {
    let mut history = receipts();
    history.find(told(CLEO))["delivered"] = json!(2);
    assert_violation(&history, Invariant::Receipts);
}

#[test]
fn i19_what_was_read_was_delivered() {
    let mut history = receipts();
    history.find(told(CLEO))["delivered"] = json!(0);
    assert_violation(&history, Invariant::Receipts);
}

#[test]
fn i19_whoever_hides_what_they_have_read_is_told_of_nobody_and_nobody_of_them() {
    let mut history = receipts();
    history.find(told(BOB))["read"] = json!(0);
    assert_violation(&history, Invariant::Receipts);
    let mut history = receipts();
    history.find(told(CLEO))["user"] = json!("bob");
    assert_violation(&history, Invariant::Receipts);
}

#[test]
fn i19_in_the_end_everyone_is_told_of_all_who_take_part() {
    let mut history = receipts();
    let shown = history.find(like("receipts", &[]));
    shown["chats"][0]["receipts"].as_array_mut().unwrap().pop();
    assert_violation(&history, Invariant::Receipts);
    let mut history = receipts();
    history.find(participant(CLEO))["left_seq"] = json!(1);
    assert_violation(&history, Invariant::Receipts);
}
