//! Each invariant, broken.

use lab_faults::checker::Invariant;
use serde_json::{Value, json};

use crate::story::{ADA, BOB, CHAT, CYD, M1, M2, M3, Story, id, like, stock};
use crate::{assert_accused, verdict};

fn event_row(seq: u64) -> impl Fn(&Value) -> bool {
    move |line| {
        line["k"] == "dump.event" && line["feed_id"] == json!(id(CHAT)) && line["seq"] == seq
    }
}

fn message_row(message: u128) -> impl Fn(&Value) -> bool {
    move |line| line["k"] == "dump.message" && line["id"] == json!(id(message))
}

fn seen(device: &'static str, seq: u64) -> impl Fn(&Value) -> bool {
    move |line| {
        line["k"] == "recv"
            && line["d"] == device
            && line["s"] == seq
            && line["f"] == json!(id(CHAT))
    }
}

fn ack(message: u128) -> impl Fn(&Value) -> bool {
    move |line| line["k"] == "send.ok" && line["cid"] == json!(id(message))
}

#[test]
fn i1_an_acknowledged_message_that_is_gone_is_a_loss() {
    let story = Story::good().without(message_row(M3));
    assert_accused(&story, Invariant::Durability);
    assert!(verdict(&story).lost() > 0);
}

#[test]
fn i1_an_acknowledged_message_that_stands_elsewhere_is_a_loss() {
    let mut story = Story::good();
    story.find(message_row(M1))["seq"] = json!(5);
    assert_accused(&story, Invariant::Durability);
}

#[test]
fn i2_what_arrives_without_being_stored_is_a_phantom() {
    let mut story = Story::good();
    story.see_message("a", "MessageAdded", 9, 0x99, 0x99, 1);
    assert_accused(&story, Invariant::NoPhantom);
}

#[test]
fn i2_a_refused_message_that_is_stored_is_a_phantom() {
    let mut story = Story::good();
    story.find(ack(M3))["k"] = json!("send.fail");
    assert_accused(&story, Invariant::NoPhantom);
}

#[test]
fn i3_two_devices_must_see_the_same_at_the_same_place() {
    let mut story = Story::good();
    story.find(seen("b", 4))["e"] = json!(id(0x77));
    assert_accused(&story, Invariant::Agreement);
}

#[test]
fn i4_equal_sends_must_have_equal_answers() {
    let mut story = Story::good();
    let mut again = story.find(ack(M1)).clone();
    again["seq"] = json!(4);
    story.say("send.ok", again);
    assert_accused(&story, Invariant::Idempotence);
}

#[test]
fn i4_one_message_must_not_be_added_twice() {
    let mut story = Story::good();
    story.find(event_row(8))["message_id"] = json!(id(M1));
    assert_accused(&story, Invariant::Idempotence);
    assert!(verdict(&story).duplicated() > 0);
}

#[test]
fn i5_a_feed_must_have_no_hole() {
    assert_accused(&Story::good().without(event_row(5)), Invariant::DenseLog);
}

#[test]
fn i5_a_feed_must_be_chained() {
    let mut story = Story::good();
    story.find(event_row(6))["prev_id"] = json!(id(M2));
    assert_accused(&story, Invariant::DenseLog);
}

#[test]
fn i5_times_must_grow() {
    let mut story = Story::good();
    story.find(event_row(6))["at"] = json!(50);
    assert_accused(&story, Invariant::DenseLog);
}

#[test]
fn i5_a_head_must_be_the_last_event() {
    for (field, value) in [("last_seq", json!(9)), ("head_id", json!(id(M1)))] {
        let mut story = Story::good();
        story.find(like("dump.feed", &[("id", json!(id(CHAT)))]))[field] = value;
        assert_accused(&story, Invariant::DenseLog);
    }
}

#[test]
fn i5_message_numbers_must_be_dense_and_counted() {
    let mut story = Story::good();
    story.find(message_row(M3))["number"] = json!(4);
    assert_accused(&story, Invariant::DenseLog);
    let mut story = Story::good();
    story.find(like("dump.feed", &[("id", json!(id(CHAT)))]))["message_count"] = json!(4);
    assert_accused(&story, Invariant::DenseLog);
}

#[test]
fn i6_a_stream_must_not_skip() {
    let story = Story::good().without(seen("b", 4));
    assert_accused(&story, Invariant::StreamShape);
    assert!(verdict(&story).out_of_order() > 0);
}

#[test]
fn i6_a_stream_must_not_go_back() {
    let mut story = Story::good();
    let places: Vec<usize> = (0..story.lines.len())
        .filter(|place| seen("b", 4)(&story.lines[*place]) || seen("b", 5)(&story.lines[*place]))
        .collect();
    story.lines.swap(places[0], places[1]);
    assert_accused(&story, Invariant::StreamShape);
}

#[test]
fn i6_a_resumed_stream_must_go_on_where_it_was_left() {
    let mut story = Story::good();
    story.say("conn.end", json!({ "d": "a", "c": 1, "code": 1006 }));
    let after = json!({ id(CHAT).to_string(): 8, id(ADA).to_string(): 1 });
    story.say("sub", json!({ "d": "a", "c": 2, "after": after }));
    story.say("pos", json!({ "d": "a", "c": 2, "f": id(CHAT), "s": 9 }));
    assert_accused(&story, Invariant::StreamShape);
}

#[test]
fn i7_an_event_must_not_be_given_twice() {
    let mut story = Story::good();
    let again = story.find(seen("a", 8)).clone();
    story.say("recv", again);
    assert_accused(&story, Invariant::Once);
    assert!(verdict(&story).duplicated() > 0);
}

#[test]
fn i8_a_device_must_have_everything_at_rest() {
    let story = Story::good().without(seen("b", 8));
    assert_accused(&story, Invariant::Completeness);
    assert!(verdict(&story).lost() > 0);
}

#[test]
fn i8_that_goes_for_the_users_own_feed_too() {
    let story = Story::good().without(like("recv", &[("f", json!(id(BOB)))]));
    assert_accused(&story, Invariant::Completeness);
}

#[test]
fn i8_who_had_to_go_must_have_everything_up_to_their_farewell() {
    let story = Story::good().without(seen("c", 7));
    assert_accused(&story, Invariant::Completeness);
}

#[test]
fn i9_a_delivery_must_not_be_later_than_the_bound() {
    let mut story = Story::good().without(seen("b", 8));
    story.wait(2_000);
    story.see_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_accused(&story, Invariant::BoundedDelay);
}

#[test]
fn i9_an_operation_must_not_take_more_attempts_than_the_row_allows() {
    let mut story = Story::good();
    story.find(like("meta", &[]))["attempts"] = json!(2);
    story.find(ack(M3))["attempts"] = json!(3);
    assert_accused(&story, Invariant::BoundedDelay);
}

#[test]
fn i10_what_was_over_before_stands_before() {
    let mut story = Story::good();
    // M2 was sent after M1 was acknowledged.
    story.find(ack(M1))["seq"] = json!(4);
    story.find(ack(M2))["seq"] = json!(3);
    assert_accused(&story, Invariant::RealTimeOrder);
}

#[test]
fn i10_what_a_person_had_seen_stands_before_their_answer() {
    let mut story = Story::good();
    let mut late = story.find(seen("a", 4)).clone();
    let begun = story.find(like("send.invoke", &[("cid", json!(id(M1)))]))["t"].clone();
    late["t"] = json!(begun.as_u64().unwrap() - 1);
    story.lines.insert(0, late);
    let place = story
        .lines
        .iter()
        .position(like("device", &[("d", json!("a"))]))
        .unwrap();
    let line = story.lines.remove(0);
    story.lines.insert(place + 2, line);
    assert_accused(&story, Invariant::RealTimeOrder);
}

#[test]
fn i11_who_had_to_go_must_not_be_sent_what_comes_after() {
    let mut story = Story::good();
    story.see_message("c", "MessageAdded", 8, M3, M3, 1);
    assert_accused(&story, Invariant::Visibility);
}

#[test]
fn i11_who_was_never_in_must_not_be_sent_anything() {
    let mut story = Story::good();
    story.say(
        "device",
        json!({ "d": "x", "user": "eve", "uid": id(0xeee) }),
    );
    story.see_message("x", "MessageAdded", 3, M1, M1, 1);
    assert_accused(&story, Invariant::Visibility);
}

#[test]
fn i11_who_had_to_go_must_not_be_answered() {
    let mut story = Story::good();
    story.find(like("probe", &[]))["answered"] = json!(true);
    assert_accused(&story, Invariant::Visibility);
}

#[test]
fn i11_a_revoked_session_must_close_and_see_nothing_more() {
    let mut story = Story::good();
    story.say("revoke.ok", json!({ "d": "b", "begun": 1 }));
    assert_accused(&story, Invariant::Visibility);
    let mut story = Story::good().without(seen("b", 8));
    story.say("revoke.ok", json!({ "d": "b", "begun": 1 }));
    story.say("conn.end", json!({ "d": "b", "c": 1, "code": 4403 }));
    story.wait(10_000);
    story.see_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_accused(&story, Invariant::Visibility);
}

#[test]
fn i12_unread_must_be_what_counting_gives() {
    let mut story = Story::good();
    story.find(like("unread", &[("user", json!("bob"))]))["unread"] = json!(1);
    assert_accused(&story, Invariant::Unread);
}

/// B, removed messages: of the two above her mark one is gone.
#[test]
fn i12_a_removed_message_must_not_be_counted() {
    for (told, wrong) in [(1, false), (2, true)] {
        let mut story = Story::good();
        let ada = [("user_id", json!(id(ADA)))];
        story.find(like("dump.participant", &ada))["last_read_number"] = json!(1);
        story.find(like("unread", &[("user", json!("ada"))]))["unread"] = json!(told);
        let violations = verdict(&story).violations;
        let accused = violations
            .iter()
            .any(|violation| violation.invariant == Invariant::Unread);
        assert_eq!(accused, wrong, "told {told}: {violations:?}");
    }
}

#[test]
fn i12_who_is_out_must_have_no_unread_count() {
    let mut story = Story::good();
    story.say(
        "unread",
        json!({ "user": "cyd", "chat": id(CHAT), "unread": 3 }),
    );
    assert_accused(&story, Invariant::Unread);
}

#[test]
fn i12_an_acknowledged_read_mark_must_not_be_lost() {
    let mut story = Story::good();
    let row = like("dump.participant", &[("user_id", json!(id(BOB)))]);
    story.lines.iter_mut().find(|line| row(line)).unwrap()["last_read_number"] = json!(2);
    assert_accused(&story, Invariant::Unread);
}

#[test]
fn i12_a_read_mark_must_not_fall() {
    let mut story = Story::good();
    let mut lower = story.find(like("recv", &[("f", json!(id(BOB)))])).clone();
    lower["s"] = json!(3);
    lower["e"] = json!(id(0xb3));
    lower["lastReadNumber"] = json!(1);
    story.say("recv", lower);
    assert_accused(&story, Invariant::Unread);
}

#[test]
fn i13_a_reset_must_have_a_cause() {
    let mut story = Story::good();
    let reset = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
    story.say("reset", reset);
    assert_accused(&story, Invariant::HonestReset);
}

#[test]
fn i13_a_gap_that_is_small_is_no_cause() {
    let mut story = Story::good();
    story.find(like("meta", &[]))["resets"] = json!(["GAP_TOO_LARGE"]);
    let reset = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 8, "reason": "GAP_TOO_LARGE" });
    story.say("reset", reset);
    assert_accused(&story, Invariant::HonestReset);
}

#[test]
fn i14_a_copy_must_equal_a_fresh_load() {
    for (section, value) in [
        ("name", json!("Another group")),
        ("read", json!(2)),
        ("people", json!({ id(CYD).to_string(): "MEMBER" })),
        ("messages", json!({})),
    ] {
        let mut story = Story::good();
        story.find(like("copy", &[]))["state"][section] = value;
        assert_accused(&story, Invariant::HybridState);
    }
}

#[test]
fn i14_a_copy_must_have_the_same_chats() {
    for kind in ["copy", "fresh"] {
        assert_accused(
            &Story::good().without(like(kind, &[])),
            Invariant::HybridState,
        );
    }
}

#[test]
fn i15_a_removed_text_must_not_arrive_any_more() {
    let mut story = Story::good().without(seen("a", 5));
    story.wait(10_000);
    let late = json!({ "d": "a", "c": 1, "f": id(CHAT), "s": 5, "e": id(0xe5), "kind":
        "MessageUpdated", "m": id(M2), "r": 2, "x": false });
    story.say("recv", late);
    assert_accused(&story, Invariant::Deletion);
}

#[test]
fn i15_a_stream_that_begins_after_the_removal_must_not_bring_the_text() {
    let mut story = Story::good().without(seen("a", 4));
    story.find(like("meta", &[]))["slack"] = json!(100);
    story.say("conn.end", json!({ "d": "a", "c": 1, "code": 1006 }));
    story.wait(3_000);
    story.say("sub", json!({ "d": "a", "c": 2, "after": {} }));
    story.see_message("a", "MessageAdded", 4, M2, M2, 1);
    assert_accused(&story, Invariant::Deletion);
}

#[test]
fn i15_a_removed_text_must_not_be_stored_any_more() {
    let mut story = Story::good();
    story.find(message_row(M2))["removed"] = json!(false);
    assert_accused(&story, Invariant::Deletion);
}

#[test]
fn i16_files_and_memory_must_come_back() {
    for (files, memory) in [(500, 60_000), (22, 500_000)] {
        let mut story = Story::good();
        story.say("resource", stock("after", files, memory));
        assert_accused(&story, Invariant::Resources);
    }
}

#[test]
fn i16_no_panic_and_no_unexpected_error_may_be_logged() {
    for (level, text) in [
        ("ERROR", "something new"),
        ("PANIC", "known, and panicked at all"),
    ] {
        let mut story = Story::good();
        let line = json!({ "what": "sender-1", "level": level, "text": text });
        story.say("log", line);
        assert_accused(&story, Invariant::Resources);
    }
}
