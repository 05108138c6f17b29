//! Histories that look wrong but are correct: the checker must not report them.

use lab_faults::checker::{Invariant, Violation};
use serde_json::{Value, json};

use crate::sample_history::{CHAT, CYD, M3, SampleHistory, id, like};
use crate::{assert_clean, assert_violation, findings};

fn last_received(line: &Value) -> bool {
    line["k"] == "recv" && line["d"] == "b" && line["s"] == 8 && line["f"] == json!(id(CHAT))
}

#[test]
fn a_device_that_was_switched_off_for_good_is_owed_nothing() {
    let mut history = SampleHistory::valid().without(last_received);
    history.add("gone", json!({ "d": "b" }));
    assert_clean(&history);
}

#[test]
fn a_reset_with_a_cause_moves_the_device_on() {
    let mut history = SampleHistory::valid().without(last_received);
    history.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
    let reset = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
    history.add("reset", reset);
    assert_clean(&history);
    assert_eq!(findings(&history).resets["FORKED"], 1);
}

#[test]
fn a_tail_that_the_run_reports_as_lost_is_counted_and_not_accused() {
    let mut history = SampleHistory::valid();
    history.send("ada", 0x14, 9, 4);
    let lost = json!({ "feed": id(CHAT), "seq": 9, "id": id(0x14) });
    history.add("lost", lost);
    assert_clean(&history);
    assert_eq!(findings(&history).lost_in_failover, 1);
}

#[test]
fn who_was_asked_in_again_in_a_history_that_was_lost_may_have_seen_of_it() {
    let remove_cyd = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    for (lost, received_removal) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut history = match received_removal {
            true => SampleHistory::valid(),
            false => SampleHistory::valid().without(remove_cyd),
        };
        history.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
        if lost {
            let fields = json!({ "feed": id(CHAT), "seq": 12, "id": id(0x14) });
            history.add("lost", fields);
        }
        let event = json!({ "d": "c", "c": 1, "f": id(CHAT), "s": 12, "e": id(0x14), "kind": "ChatUpdated" });
        history.add("recv", event);
        let violations = findings(&history).violations;
        let violated = |violation: &Violation| violation.invariant == Invariant::StreamShape;
        assert_eq!(violations.iter().any(violated), !lost);
    }
}

#[test]
fn what_was_lost_may_come_once_more_after_a_reset_and_not_without_one() {
    for resets in [1, 0] {
        let mut history = SampleHistory::valid();
        history.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
        history.add(
            "lost",
            json!({ "feed": id(CHAT), "seq": 9, "id": id(0x14) }),
        );
        let event = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 9, "e": id(0x14), "kind": "ChatUpdated" });
        let reset = json!({ "d": "b", "c": 1, "f": id(CHAT), "s": 8, "reason": "FORKED" });
        history.add("recv", event.clone());
        for _ in 0..resets {
            history.add("reset", reset.clone());
        }
        history.add("recv", event);
        history.add("reset", reset);
        let twice = findings(&history)
            .violations
            .iter()
            .any(|violation| violation.invariant == Invariant::Once);
        assert_eq!(twice, resets == 0);
    }
}

#[test]
fn a_send_without_an_answer_may_have_happened_or_not() {
    for happened in [true, false] {
        let mut history = SampleHistory::valid();
        let message = if happened { M3 } else { 0x15 };
        let fields = json!({ "user": "ada", "chat": id(CHAT), "cid": id(message) });
        history.add("send.unknown", fields);
        assert_clean(&history);
    }
}

#[test]
fn an_error_that_the_row_expects_may_be_logged() {
    let mut history = SampleHistory::valid();
    let line = json!({ "what": "sender-1", "level": "ERROR", "text": "a known complaint" });
    history.add("log", line);
    assert_clean(&history);
}

#[test]
fn who_was_away_when_they_had_to_go_only_learns_that_they_did() {
    let remove_cyd = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    let mut history = SampleHistory::valid().without(remove_cyd);
    let left = like("recv", &[("d", json!("c")), ("f", json!(id(CYD)))]);
    let position = history.lines.iter().position(&left).unwrap();
    let end = json!({ "t": 1, "k": "conn.end", "d": "c", "c": 1, "code": 1006 });
    history.lines.insert(position, end);
    assert_clean(&history);
}

#[test]
fn who_had_to_go_in_a_history_that_was_replaced_learns_that_from_the_list() {
    let remove_cyd = |line: &Value| {
        line["k"] == "recv" && line["d"] == "c" && line["s"] == 7 && line["f"] == json!(id(CHAT))
    };
    let left =
        |line: &Value| line["k"] == "recv" && line["d"] == "c" && line["f"] == json!(id(CYD));
    let reported = SampleHistory::valid();
    let seq = reported.lines.iter().find(|line| left(line)).unwrap()["s"].clone();
    let mut history = SampleHistory::valid().without(remove_cyd).without(left);
    history.find(like("meta", &[]))["resets"] = json!(["FORKED"]);
    history.add("conn.end", json!({ "d": "c", "c": 1, "code": 1006 }));
    let reset = json!({ "d": "c", "c": 2, "f": id(CYD), "s": seq, "reason": "FORKED" });
    history.add("reset", reset);
    assert_clean(&history);
}

#[test]
fn who_is_asked_in_again_goes_on_after_the_event_that_let_them_in() {
    let mut history = SampleHistory::valid();
    let participant = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    history.add("add.invoke", participant);
    let participants = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = |seq: u64, event: u128, before: u128, kind: &str, data: Value| {
        json!({ "feed_id": id(CHAT), "seq": seq, "id": id(event), "prev_id": id(before),
            "kind": kind, "at": seq * 10, "message_id": null, "data": data })
    };
    history.add(
        "dump.event",
        joined(9, 0xe9, M3, "PARTICIPANTS_ADDED", participants),
    );
    history.add(
        "dump.event",
        joined(10, 0xea, 0xe9, "CHAT_UPDATED", Value::Null),
    );
    let feed = history.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(10);
    feed["head_id"] = json!(id(0xea));
    for device in ["a", "b"] {
        for (seq, event) in [(9, 0xe9), (10, 0xea)] {
            let fields = json!({ "d": device, "c": 1, "f": id(CHAT), "s": seq, "e": id(event),
                "kind": "ChatUpdated" });
            history.add("recv", fields);
        }
    }
    let fields = json!({ "d": "c", "c": 1, "f": id(CHAT), "s": 10, "e": id(0xea),
        "kind": "ChatUpdated" });
    history.add("recv", fields);
    assert_clean(&history);
}

#[test]
fn who_is_back_may_be_shown_what_happened_meanwhile_and_that_is_no_delay() {
    let mut history = SampleHistory::valid();
    let participant = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    history.add("add.invoke", participant);
    let participants = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = json!({ "feed_id": id(CHAT), "seq": 9, "id": id(0xe9), "prev_id": id(M3),
        "kind": "PARTICIPANTS_ADDED", "at": 90, "message_id": null, "data": participants });
    history.add("dump.event", joined);
    let feed = history.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(9);
    feed["head_id"] = json!(id(0xe9));
    for device in ["a", "b"] {
        let fields = json!({ "d": device, "c": 1, "f": id(CHAT), "s": 9, "e": id(0xe9),
            "kind": "ParticipantsAdded" });
        history.add("recv", fields);
    }
    history.add("conn.end", json!({ "d": "c", "c": 1, "code": 1012 }));
    let after = json!({ id(CHAT).to_string(): 7, id(CYD).to_string(): 2 });
    history.add("sub", json!({ "d": "c", "c": 2, "after": after }));
    history.receive_message("c", "MessageAdded", 8, M3, M3, 1);
    let fields = json!({ "d": "c", "c": 2, "f": id(CHAT), "s": 9, "e": id(0xe9),
        "kind": "ParticipantsAdded" });
    history.add("recv", fields);
    assert_clean(&history);
    assert!(findings(&history).delays.worst < 1_000);
}

#[test]
fn a_device_that_resumes_with_its_own_cursors_may_go_on() {
    let mut history = SampleHistory::valid().without(last_received);
    history.add("conn.end", json!({ "d": "b", "c": 1, "code": 1012 }));
    let after = json!({ id(CHAT).to_string(): 7, id(crate::sample_history::BOB).to_string(): 2 });
    history.add("sub", json!({ "d": "b", "c": 2, "after": after }));
    history.find(like("meta", &[]))["bound_ms"] = json!(60_000);
    history.receive_message("b", "MessageAdded", 8, M3, M3, 1);
    assert_clean(&history);
}

#[test]
fn who_is_asked_in_by_the_last_event_of_all_is_owed_nothing_but_the_news() {
    let mut history = SampleHistory::valid();
    let participant = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD) });
    history.add("add.invoke", participant);
    let participants = json!({ "participants": [{ "user_id": id(CYD) }] });
    let joined = json!({ "feed_id": id(CHAT), "seq": 9, "id": id(0xe9), "prev_id": id(M3),
        "kind": "PARTICIPANTS_ADDED", "at": 90, "message_id": null, "data": participants });
    history.add("dump.event", joined);
    let feed = history.find(like("dump.feed", &[("id", json!(id(CHAT)))]));
    feed["last_seq"] = json!(9);
    feed["head_id"] = json!(id(0xe9));
    for device in ["a", "b"] {
        let fields = json!({ "d": device, "c": 1, "f": id(CHAT), "s": 9, "e": id(0xe9),
            "kind": "ParticipantsAdded" });
        history.add("recv", fields);
    }
    assert_clean(&history);
    // Still connected, they may be given the position of that event.
    let position = |seq: u64| json!({ "d": "c", "c": 1, "f": id(CHAT), "s": seq });
    history.add("pos", position(9));
    assert_clean(&history);
    history.add("pos", position(10));
    assert_violation(&history, Invariant::StreamShape);
}
