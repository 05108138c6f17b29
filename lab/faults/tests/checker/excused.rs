//! What looks wrong and is not: the checker must not cry wolf.

use lab_faults::checker::{Invariant, Violation};
use serde_json::{Value, json};

use crate::story::{CHAT, CYD, M3, Story, id, like};
use crate::{assert_clean, verdict};

fn seen_last(line: &Value) -> bool {
    line["k"] == "recv" && line["d"] == "b" && line["s"] == 8 && line["f"] == json!(id(CHAT))
}

#[test]
fn a_device_that_was_switched_off_for_good_is_owed_nothing() {
    let mut story = Story::good().without(seen_last);
    story.say("gone", json!({ "d": "b" }));
    assert_clean(&story);
}

#[test]
fn a_reset_with_a_cause_moves_the_device_on() {
    let mut story = Story::good().without(seen_last);
    story.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
    let reset = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
    story.say("reset", reset);
    assert_clean(&story);
    assert_eq!(verdict(&story).resets["FORKED"], 1);
}

#[test]
fn a_tail_that_the_run_reports_as_lost_is_counted_and_not_accused() {
    let mut story = Story::good();
    story.send("ada", 0x14, 9, 4);
    let lost = json!({ "feed": id(CHAT), "seq": 9, "id": id(0x14) });
    story.say("lost", lost);
    assert_clean(&story);
    assert_eq!(verdict(&story).forfeited, 1);
}

#[test]
fn who_was_asked_in_again_in_a_history_that_was_lost_may_have_seen_of_it() {
    let farewell = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    for (lost, heard_farewell) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut story = match heard_farewell {
            true => Story::good(),
            false => Story::good().without(farewell),
        };
        story.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
        if lost {
            let facts = json!({ "feed": id(CHAT), "seq": 12, "id": id(0x14) });
            story.say("lost", facts);
        }
        let event = json!({ "d": "c", "c": 1, "f": id(CHAT), "s": 12, "e": id(0x14), "kind": "ChatUpdated" });
        story.say("recv", event);
        let violations = verdict(&story).violations;
        let accused = |violation: &Violation| violation.invariant == Invariant::StreamShape;
        assert_eq!(violations.iter().any(accused), !lost);
    }
}

#[test]
fn what_was_lost_may_come_once_more_after_a_reset_and_not_without_one() {
    for resets in [1, 0] {
        let mut story = Story::good();
        story.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
        story.say(
            "lost",
            json!({ "feed": id(CHAT), "seq": 9, "id": id(0x14) }),
        );
        let event = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 9, "e": id(0x14), "kind": "ChatUpdated" });
        let reset = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
        story.say("recv", event.clone());
        for _ in 0..resets {
            story.say("reset", reset.clone());
        }
        story.say("recv", event);
        story.say("reset", reset);
        let twice = verdict(&story)
            .violations
            .iter()
            .any(|violation| violation.invariant == Invariant::Once);
        assert_eq!(twice, resets == 0);
    }
}

#[test]
fn a_send_without_an_answer_may_have_happened_or_not() {
    for happened in [true, false] {
        let mut story = Story::good();
        let message = if happened { M3 } else { 0x15 };
        let facts = json!({ "user": "ada", "chat": id(CHAT), "cid": id(message) });
        story.say("send.unknown", facts);
        assert_clean(&story);
    }
}

#[test]
fn an_error_that_the_row_expects_may_be_logged() {
    let mut story = Story::good();
    let line = json!({ "what": "sender-1", "level": "ERROR", "text": "a known complaint" });
    story.say("log", line);
    assert_clean(&story);
}

#[test]
fn who_was_away_when_they_had_to_go_only_learns_that_they_did() {
    let farewell = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    let mut story = Story::good().without(farewell);
    let left = like("recv", &[("d", json!("c")), ("f", json!(id(CYD)))]);
    let place = story.lines.iter().position(&left).unwrap();
    let end = json!({ "t": 1, "k": "conn.end", "d": "c", "c": 1, "code": 1006 });
    story.lines.insert(place, end);
    assert_clean(&story);
}

#[test]
fn who_had_to_go_in_a_history_that_was_replaced_learns_that_from_the_list() {
    let farewell = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    let left =
        |line: &Value| line["k"] == "recv" && line["d"] == "c" && line["f"] == json!(id(CYD));
    let told = Story::good();
    let seq = told.lines.iter().find(|line| left(line)).unwrap()["s"].clone();
    let mut story = Story::good().without(farewell).without(left);
    story.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
    story.say("conn.end", json!({ "d": "c", "c": 1, "code": 1006 }));
    let reset = json!({ "d": "c", "c": 2, "f": id(CYD), "s": seq, "reason": "FORKED" });
    story.say("reset", reset);
    assert_clean(&story);
}

#[test]
fn who_is_asked_in_again_goes_on_after_the_event_that_let_them_in() {
    let mut story = Story::good();
    let whom = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    story.say("add.invoke", whom);
    let people = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = |seq: u64, event: u128, before: u128, kind: &str, data: Value| {
        json!({ "feed_id": id(CHAT), "seq": seq, "id": id(event), "prev_id": id(before),
            "kind": kind, "at": seq * 10, "message_id": null, "data": data })
    };
    story.say(
        "dump.event",
        joined(9, 0xe9, M3, "PARTICIPANTS_ADDED", people),
    );
    story.say(
        "dump.event",
        joined(10, 0xea, 0xe9, "CHAT_UPDATED", Value::Null),
    );
    let feed = story.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(10);
    feed["head_id"] = json!(id(0xea));
    for device in ["a", "b"] {
        for (seq, event) in [(9, 0xe9), (10, 0xea)] {
            let facts = json!({ "d": device, "c": 1, "f": id(CHAT), "s": seq, "e": id(event),
                "kind": "ChatUpdated" });
            story.say("recv", facts);
        }
    }
    let facts = json!({ "d": "c", "c": 1, "f": id(CHAT), "s": 10, "e": id(0xea),
        "kind": "ChatUpdated" });
    story.say("recv", facts);
    assert_clean(&story);
}

#[test]
fn who_is_back_may_be_shown_what_happened_meanwhile_and_that_is_no_delay() {
    let mut story = Story::good();
    let whom = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    story.say("add.invoke", whom);
    let people = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = json!({ "feed_id": id(CHAT), "seq": 9, "id": id(0xe9), "prev_id": id(M3),
        "kind": "PARTICIPANTS_ADDED", "at": 90, "message_id": null, "data": people });
    story.say("dump.event", joined);
    let feed = story.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(9);
    feed["head_id"] = json!(id(0xe9));
    for device in ["a", "b"] {
        let facts = json!({ "d": device, "c": 1, "f": id(CHAT), "s": 9, "e": id(0xe9),
            "kind": "ParticipantsAdded" });
        story.say("recv", facts);
    }
    story.say("conn.end", json!({ "d": "c", "c": 1, "code": 1012 }));
    let after = json!({ id(CHAT).to_string(): 7, id(CYD).to_string(): 2 });
    story.say("sub", json!({ "d": "c", "c": 2, "after": after }));
    story.see_message("c", "MessageAdded", 8, M3, M3, 1);
    let facts = json!({ "d": "c", "c": 2, "f": id(CHAT), "s": 9, "e": id(0xe9),
        "kind": "ParticipantsAdded" });
    story.say("recv", facts);
    assert_clean(&story);
    assert!(verdict(&story).delays.worst < 1_000);
}

#[test]
fn a_device_that_resumes_with_its_own_cursors_may_go_on() {
    let mut story = Story::good().without(seen_last);
    story.say("conn.end", json!({ "d": "b", "c": 1, "code": 1012 }));
    let after = json!({ id(CHAT).to_string(): 7, id(crate::story::BOB).to_string(): 2 });
    story.say("sub", json!({ "d": "b", "c": 2, "after": after }));
    story.find(like("meta", &[]))["bound_ms"] = json!(60_000);
    story.see_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_clean(&story);
}

#[test]
fn who_is_asked_in_by_the_last_event_of_all_is_owed_nothing_but_the_news() {
    let mut story = Story::good();
    let whom = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    story.say("add.invoke", whom);
    let people = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = json!({ "feed_id": id(CHAT), "seq": 9, "id": id(0xe9), "prev_id": id(M3),
        "kind": "PARTICIPANTS_ADDED", "at": 90, "message_id": null, "data": people });
    story.say("dump.event", joined);
    let feed = story.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(9);
    feed["head_id"] = json!(id(0xe9));
    for device in ["a", "b"] {
        let facts = json!({ "d": device, "c": 1, "f": id(CHAT), "s": 9, "e": id(0xe9),
            "kind": "ParticipantsAdded" });
        story.say("recv", facts);
    }
    assert_clean(&story);
}
