//! Histories that violate each invariant.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::sample_history::{ADA, BOB, CHAT, CYD, M1, M2, M3, SampleHistory, id, like, resources};
use crate::{assert_violation, findings};

fn event_row(seq: u64) -> impl Fn(&Value) -> bool {
    move |line| {
        line["k"] == "dump.event" && line["feed_id"] == json!(id(CHAT)) && line["seq"] == seq
    }
}

fn message_row(message: u128) -> impl Fn(&Value) -> bool {
    move |line| line["k"] == "dump.message" && line["id"] == json!(id(message))
}

fn received(device: &'static str, seq: u64) -> impl Fn(&Value) -> bool {
    move |line| {
        line["k"] == "recv"
            && line["d"] == device
            && line["s"] == seq
            && line["f"] == json!(id(CHAT))
    }
}

fn acknowledged(message: u128) -> impl Fn(&Value) -> bool {
    move |line| line["k"] == "send.ok" && line["cid"] == json!(id(message))
}

#[test]
fn i1_an_acknowledged_message_that_is_gone_is_a_loss() {
    let history = SampleHistory::valid().without(message_row(M3));
    assert_violation(&history, Invariant::Durability);
    assert!(findings(&history).lost() > 0);
}

#[test]
fn i1_an_acknowledged_message_that_stands_elsewhere_is_a_loss() {
    let mut history = SampleHistory::valid();
    history.find(message_row(M1))["seq"] = json!(5);
    assert_violation(&history, Invariant::Durability);
}

#[test]
fn i2_what_arrives_without_being_stored_is_a_phantom() {
    let mut history = SampleHistory::valid();
    history.receive_message("a", "MessageAdded", 9, 0x99, 0x99, 1);
    assert_violation(&history, Invariant::NoPhantom);
}

#[test]
fn i2_a_refused_message_that_is_stored_is_a_phantom() {
    let mut history = SampleHistory::valid();
    history.find(acknowledged(M3))["k"] = json!("send.fail");
    assert_violation(&history, Invariant::NoPhantom);
}

#[test]
fn i3_two_devices_must_see_the_same_at_the_same_place() {
    let mut history = SampleHistory::valid();
    history.find(received("b", 4))["e"] = json!(id(0x77));
    assert_violation(&history, Invariant::Agreement);
}

#[test]
fn i3_the_digest_of_a_range_is_that_of_what_a_device_received() {
    let digest = like("digest", &[("d", json!("a"))]);
    let mut history = SampleHistory::valid();
    history.find(&digest)["to"] = json!(5);
    assert_violation(&history, Invariant::Agreement);
    let mut history = SampleHistory::valid();
    history.find(&digest)["sha256"] = json!("0".repeat(64));
    assert_violation(&history, Invariant::Agreement);
    // An event that did not arrive, or arrived too late.
    let history = SampleHistory::valid().without(received("a", 5));
    assert_violation(&history, Invariant::Agreement);
}

#[test]
fn i4_equal_sends_must_have_equal_answers() {
    let mut history = SampleHistory::valid();
    let mut again = history.find(acknowledged(M1)).clone();
    again["seq"] = json!(4);
    history.add("send.ok", again);
    assert_violation(&history, Invariant::Idempotence);
}

#[test]
fn i4_one_message_must_not_be_added_twice() {
    let mut history = SampleHistory::valid();
    history.find(event_row(8))["message_id"] = json!(id(M1));
    assert_violation(&history, Invariant::Idempotence);
    assert!(findings(&history).duplicated() > 0);
}

#[test]
fn i5_a_feed_must_have_no_hole() {
    let history = SampleHistory::valid().without(event_row(5));
    assert_violation(&history, Invariant::DenseLog);
}

#[test]
fn i5_a_feed_must_be_chained() {
    let mut history = SampleHistory::valid();
    history.find(event_row(6))["prev_id"] = json!(id(M2));
    assert_violation(&history, Invariant::DenseLog);
}

#[test]
fn i5_times_must_grow() {
    let mut history = SampleHistory::valid();
    history.find(event_row(6))["at"] = json!(50);
    assert_violation(&history, Invariant::DenseLog);
}

#[test]
fn i5_a_head_must_be_the_last_event() {
    for (field, value) in [("last_seq", json!(9)), ("head_id", json!(id(M1)))] {
        let mut history = SampleHistory::valid();
        history.find(like("dump.feed", &[("id", json!(id(CHAT)))]))[field] = value;
        assert_violation(&history, Invariant::DenseLog);
    }
}

#[test]
fn i5_message_numbers_must_be_dense_and_counted() {
    let mut history = SampleHistory::valid();
    history.find(message_row(M3))["number"] = json!(4);
    assert_violation(&history, Invariant::DenseLog);
    let mut history = SampleHistory::valid();
    history.find(like("dump.feed", &[("id", json!(id(CHAT)))]))["message_count"] = json!(4);
    assert_violation(&history, Invariant::DenseLog);
}

#[test]
fn i6_a_stream_must_not_skip() {
    let history = SampleHistory::valid().without(received("b", 4));
    assert_violation(&history, Invariant::StreamShape);
    assert!(findings(&history).out_of_order() > 0);
}

#[test]
fn i6_a_stream_must_not_go_back() {
    let mut history = SampleHistory::valid();
    let positions: Vec<usize> = (0..history.lines.len())
        .filter(|position| {
            received("b", 4)(&history.lines[*position])
                || received("b", 5)(&history.lines[*position])
        })
        .collect();
    history.lines.swap(positions[0], positions[1]);
    assert_violation(&history, Invariant::StreamShape);
}

#[test]
fn i6_a_resumed_stream_must_go_on_where_it_was_left() {
    let mut history = SampleHistory::valid();
    history.add("conn.end", json!({ "d": "a", "c": 1, "code": 1006 }));
    let after = json!({ id(CHAT).to_string(): 8, id(ADA).to_string(): 1 });
    history.add("sub", json!({ "d": "a", "c": 2, "after": after }));
    history.add("pos", json!({ "d": "a", "c": 2, "f": id(CHAT), "s": 9 }));
    assert_violation(&history, Invariant::StreamShape);
}

#[test]
fn i7_an_event_must_not_be_given_twice() {
    let mut history = SampleHistory::valid();
    let again = history.find(received("a", 8)).clone();
    history.add("recv", again);
    assert_violation(&history, Invariant::Once);
    assert!(findings(&history).duplicated() > 0);
}

#[test]
fn i8_a_device_must_have_everything_at_rest() {
    let history = SampleHistory::valid().without(received("b", 8));
    assert_violation(&history, Invariant::Completeness);
    assert!(findings(&history).lost() > 0);
}

#[test]
fn i8_that_goes_for_the_users_own_feed_too() {
    let history = SampleHistory::valid().without(like("recv", &[("f", json!(id(BOB)))]));
    assert_violation(&history, Invariant::Completeness);
}

#[test]
fn i8_who_had_to_go_must_have_everything_up_to_their_farewell() {
    let history = SampleHistory::valid().without(received("c", 7));
    assert_violation(&history, Invariant::Completeness);
}

#[test]
fn i9_a_delivery_must_not_be_later_than_the_bound() {
    let mut history = SampleHistory::valid().without(received("b", 8));
    history.wait(2_000);
    history.receive_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_violation(&history, Invariant::BoundedDelay);
}

#[test]
fn i9_an_operation_must_not_take_more_attempts_than_the_row_allows() {
    let mut history = SampleHistory::valid();
    history.find(like("meta", &[]))["attempts"] = json!(2);
    history.find(acknowledged(M3))["attempts"] = json!(3);
    assert_violation(&history, Invariant::BoundedDelay);
}

#[test]
fn i10_what_was_over_before_stands_before() {
    let mut history = SampleHistory::valid();
    // M2 was sent after M1 was acknowledged.
    history.find(acknowledged(M1))["seq"] = json!(4);
    history.find(acknowledged(M2))["seq"] = json!(3);
    assert_violation(&history, Invariant::RealTimeOrder);
}

#[test]
fn i10_what_a_person_had_seen_stands_before_their_answer() {
    let mut history = SampleHistory::valid();
    let mut late = history.find(received("a", 4)).clone();
    let begun = history.find(like("send.invoke", &[("cid", json!(id(M1)))]))["t"].clone();
    late["t"] = json!(begun.as_u64().unwrap() - 1);
    history.lines.insert(0, late);
    let position = history
        .lines
        .iter()
        .position(like("device", &[("d", json!("a"))]))
        .unwrap();
    let line = history.lines.remove(0);
    history.lines.insert(position + 2, line);
    assert_violation(&history, Invariant::RealTimeOrder);
}

#[test]
fn i11_who_had_to_go_must_not_be_sent_what_comes_after() {
    let mut history = SampleHistory::valid();
    history.receive_message("c", "MessageAdded", 8, M3, M3, 1);
    assert_violation(&history, Invariant::Visibility);
}

#[test]
fn i11_who_was_never_in_must_not_be_sent_anything() {
    let mut history = SampleHistory::valid();
    history.add(
        "device",
        json!({ "d": "x", "user": "eve", "uid": id(0xeee) }),
    );
    history.receive_message("x", "MessageAdded", 3, M1, M1, 1);
    assert_violation(&history, Invariant::Visibility);
}

#[test]
fn i11_who_had_to_go_must_not_be_answered() {
    let mut history = SampleHistory::valid();
    history.find(like("probe", &[]))["answered"] = json!(true);
    assert_violation(&history, Invariant::Visibility);
}

#[test]
fn i11_nobody_finds_messages_of_a_chat_that_they_left_or_were_never_in() {
    let mut history = SampleHistory::valid();
    history.find(like("search", &[("user", json!("cyd"))]))["chats"] = json!([id(CHAT)]);
    assert_violation(&history, Invariant::Visibility);
    let mut history = SampleHistory::valid();
    history.find(like("search", &[("user", json!("bob"))]))["chats"] = json!([id(0xfff)]);
    assert_violation(&history, Invariant::Visibility);
}

#[test]
fn i2_a_search_finds_no_other_texts() {
    let mut history = SampleHistory::valid();
    history.find(like("search", &[("user", json!("bob"))]))["others"] = json!(["worse"]);
    assert_violation(&history, Invariant::NoPhantom);
}

#[test]
fn i11_a_revoked_session_must_close_and_see_nothing_more() {
    let mut history = SampleHistory::valid();
    history.add("revoke.ok", json!({ "d": "b", "begun": 1 }));
    assert_violation(&history, Invariant::Visibility);
    let mut history = SampleHistory::valid().without(received("b", 8));
    history.add("revoke.ok", json!({ "d": "b", "begun": 1 }));
    history.add("conn.end", json!({ "d": "b", "c": 1, "code": 4403 }));
    history.wait(10_000);
    history.receive_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_violation(&history, Invariant::Visibility);
}

#[test]
fn i12_unread_must_be_what_counting_gives() {
    let mut history = SampleHistory::valid();
    history.find(like("unread", &[("user", json!("bob"))]))["unread"] = json!(1);
    assert_violation(&history, Invariant::Unread);
}

/// Of the two messages above the read mark, one was removed.
#[test]
fn i12_a_removed_message_must_not_be_counted() {
    for (reported, wrong) in [(1, false), (2, true)] {
        let mut history = SampleHistory::valid();
        let ada = [("user_id", json!(id(ADA)))];
        history.find(like("dump.participant", &ada))["last_read_number"] = json!(1);
        history.find(like("unread", &[("user", json!("ada"))]))["unread"] = json!(reported);
        let findings = findings(&history);
        let violated = findings.count(&[Invariant::Unread]) > 0;
        assert_eq!(violated, wrong, "{reported}: {:?}", findings.violations);
    }
}

#[test]
fn i12_who_is_out_must_have_no_unread_count() {
    let mut history = SampleHistory::valid();
    history.add(
        "unread",
        json!({ "user": "cyd", "chat": id(CHAT), "unread": 3 }),
    );
    assert_violation(&history, Invariant::Unread);
}

#[test]
fn i12_an_acknowledged_read_mark_must_not_be_lost() {
    let mut history = SampleHistory::valid();
    let row = like("dump.participant", &[("user_id", json!(id(BOB)))]);
    history.lines.iter_mut().find(|line| row(line)).unwrap()["last_read_number"] = json!(2);
    assert_violation(&history, Invariant::Unread);
}

#[test]
fn i12_a_read_mark_must_not_fall() {
    let mut history = SampleHistory::valid();
    let mut lower = history.find(like("recv", &[("f", json!(id(BOB)))])).clone();
    lower["s"] = json!(3);
    lower["e"] = json!(id(0xb3));
    lower["lastReadNumber"] = json!(1);
    history.add("recv", lower);
    assert_violation(&history, Invariant::Unread);
}

#[test]
fn i13_a_reset_must_have_a_cause() {
    let mut history = SampleHistory::valid();
    let reset = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
    history.add("reset", reset);
    assert_violation(&history, Invariant::HonestReset);
}

#[test]
fn i13_a_gap_that_is_small_is_no_cause() {
    let mut history = SampleHistory::valid();
    history.find(like("meta", &[]))["resets"] = json!(["GAP_TOO_LARGE"]);
    let reset = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 8, "reason": "GAP_TOO_LARGE" });
    history.add("reset", reset);
    assert_violation(&history, Invariant::HonestReset);
}

#[test]
fn i14_a_copy_must_equal_a_fresh_load() {
    for (section, value) in [
        ("name", json!("Another group")),
        ("read", json!(2)),
        ("people", json!({ id(CYD).to_string(): "MEMBER" })),
        ("messages", json!({})),
    ] {
        let mut history = SampleHistory::valid();
        history.find(like("copy", &[]))["state"][section] = value;
        assert_violation(&history, Invariant::HybridState);
    }
}

#[test]
fn i14_a_copy_must_have_the_same_chats() {
    for kind in ["copy", "fresh"] {
        let history = SampleHistory::valid().without(like(kind, &[]));
        assert_violation(&history, Invariant::HybridState);
    }
}

#[test]
fn i15_a_removed_text_must_not_arrive_any_more() {
    let mut history = SampleHistory::valid().without(received("a", 5));
    history.wait(10_000);
    let late = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 5, "e": id(0xe5), "kind":
        "MessageUpdated", "m": id(M2), "r": 2, "x": false });
    history.add("recv", late);
    assert_violation(&history, Invariant::Deletion);
}

#[test]
fn i15_a_stream_that_begins_after_the_removal_must_not_bring_the_text() {
    let mut history = SampleHistory::valid().without(received("a", 4));
    history.find(like("meta", &[]))["slack"] = json!(100);
    history.add("conn.end", json!({ "d": "a", "c": 1, "code": 1006 }));
    history.wait(3_000);
    history.add("sub", json!({ "d": "a", "c": 2, "after": {} }));
    history.receive_message("a", "MessageAdded", 4, M2, M2, 1);
    assert_violation(&history, Invariant::Deletion);
}

#[test]
fn i15_a_removed_text_must_not_be_stored_any_more() {
    let mut history = SampleHistory::valid();
    history.find(message_row(M2))["removed"] = json!(false);
    assert_violation(&history, Invariant::Deletion);
}

#[test]
fn i16_files_and_memory_must_come_back() {
    for (files, memory) in [(500, 60_000), (22, 500_000)] {
        let mut history = SampleHistory::valid();
        history.add("resource", resources("after", files, memory));
        assert_violation(&history, Invariant::Resources);
    }
}

#[test]
fn i16_no_panic_and_no_unexpected_error_may_be_logged() {
    for (level, text) in [
        ("ERROR", "something new"),
        ("PANIC", "known, and panicked at all"),
    ] {
        let mut history = SampleHistory::valid();
        let line = json!({ "what": "sender-1", "level": level, "text": text });
        history.add("log", line);
        assert_violation(&history, Invariant::Resources);
    }
}

/// A chat in which Ada and Bob reacted to a message, and Ada removed her reaction again.
fn reactions() -> SampleHistory {
    let mut history = SampleHistory::valid();
    let chat = id(0xcd);
    for (seq, user, added, count) in [(1, ADA, true, 1), (2, BOB, true, 2), (3, ADA, false, 1)] {
        let group = json!({ "emoji": "👍", "count": count });
        let data = json!({ "message_id": id(M1), "variant": "👍🏽", "added": added, "group": group });
        let prev = (seq > 1).then(|| id(0xf00 + seq - 1));
        history.add(
            "dump.event",
            json!({ "feed_id": chat, "seq": seq, "id": id(0xf00 + seq), "prev_id": prev, "at": seq,
                "kind": "REACTION_CHANGED", "message_id": null, "actor_id": id(user), "data": data }),
        );
    }
    history.add(
        "dump.feed",
        json!({ "id": chat, "last_seq": 3, "head_id": id(0xf03), "message_count": 1 }),
    );
    history.add(
        "dump.message",
        json!({ "chat_id": chat, "id": id(M1), "number": 1, "seq": 1, "removed": false }),
    );
    history.add(
        "dump.reaction",
        json!({ "chat_id": chat, "message_id": id(M1), "emoji": "👍", "user_id": id(BOB) }),
    );
    history.add(
        "dump.reaction_group",
        json!({ "chat_id": chat, "message_id": id(M1), "emoji": "👍", "count": 1 }),
    );
    for (mutation, user) in [("react", "ada"), ("react", "bob"), ("unreact", "ada")] {
        let fields =
            json!({ "user": user, "chat": chat, "message": id(M1), "emoji": "👍🏽", "attempts": 1 });
        history.add(&format!("{mutation}.ok"), fields);
    }
    history
}

fn reaction_event(seq: u64) -> impl Fn(&Value) -> bool {
    move |line| line["kind"] == "REACTION_CHANGED" && line["seq"] == seq
}

fn reaction_violations(history: &SampleHistory) -> usize {
    findings(history).count(&[Invariant::Reactions])
}

#[test]
fn i17_reactions_that_count_right_are_no_violation() {
    assert_eq!(reaction_violations(&reactions()), 0);
}

#[test]
fn i17_an_event_that_counts_wrong_is_a_violation() {
    let mut history = reactions();
    history.find(reaction_event(2))["data"]["group"]["count"] = json!(1);
    assert_violation(&history, Invariant::Reactions);
}

#[test]
fn i17_an_event_that_changes_nothing_is_a_violation() {
    let mut history = reactions();
    history.find(reaction_event(2))["actor_id"] = json!(id(ADA));
    history.find(reaction_event(2))["data"]["group"]["count"] = json!(1);
    assert_violation(&history, Invariant::Reactions);
}

#[test]
fn i17_a_group_that_counts_wrong_is_a_violation() {
    let mut history = reactions();
    history.find(like("dump.reaction_group", &[]))["count"] = json!(2);
    assert_violation(&history, Invariant::Reactions);
}

#[test]
fn i17_a_reaction_that_no_event_tells_of_is_a_violation() {
    let history = reactions().without(like("dump.reaction", &[]));
    assert_violation(&history, Invariant::Reactions);
}

#[test]
fn i17_what_was_acknowledged_last_is_stored() {
    let mut history = reactions();
    history.find(like("unreact.ok", &[]))["user"] = json!("bob");
    assert_violation(&history, Invariant::Reactions);
}
