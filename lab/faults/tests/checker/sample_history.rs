//! A short valid history, and ways to change it.
//!
//! Three users in one chat: two messages, an edit, a removal. Then Cyd is removed, and a third message is for the others only.
//! Each user has one device.

use serde_json::{Value, json};
use uuid::Uuid;

/// The lines of a history.
#[derive(Clone)]
pub struct SampleHistory {
    pub lines: Vec<Value>,
    t: u64,
}

/// Ids that are easy to tell apart.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub const ADA: u128 = 0xa;
pub const BOB: u128 = 0xb;
pub const CYD: u128 = 0xc;
pub const CHAT: u128 = 0xcc;
pub const M1: u128 = 0x11;
pub const M2: u128 = 0x12;
pub const M3: u128 = 0x13;

/// Time between two lines, in microseconds.
const MICROS_PER_LINE: u64 = 1_000;

impl SampleHistory {
    /// The valid history.
    pub fn valid() -> SampleHistory {
        let mut history = SampleHistory {
            lines: Vec::new(),
            t: 0,
        };
        history.begin();
        history.send("ada", M1, 3, 1);
        for device in ["a", "b", "c"] {
            history.receive_message(device, "MessageAdded", 3, M1, M1, 1);
        }
        history.send("bob", M2, 4, 2);
        for device in ["a", "b", "c"] {
            history.receive_message(device, "MessageAdded", 4, M2, M2, 1);
        }
        for device in ["a", "b", "c"] {
            history.receive_message(device, "MessageUpdated", 5, 0xe5, M1, 2);
        }
        history.add(
            "remove.ok",
            json!({ "user": "bob", "chat": id(CHAT), "id": id(M2) }),
        );
        for device in ["a", "b", "c"] {
            history.receive_message(device, "MessageRemoved", 6, 0xe6, M2, 2);
        }
        history.remove_cyd();
        history.send("ada", M3, 8, 3);
        for device in ["a", "b"] {
            history.receive_message(device, "MessageAdded", 8, M3, M3, 1);
        }
        history.read_mark();
        history.final_state();
        history.dump();
        history
    }

    /// One line per value.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Value::to_string).collect();
        lines.join("\n")
    }

    /// Adds a line with the current time.
    pub fn add(&mut self, kind: &str, mut fields: Value) {
        self.t += MICROS_PER_LINE;
        fields["t"] = json!(self.t);
        fields["k"] = json!(kind);
        self.lines.push(fields);
    }

    /// Lets time pass.
    pub fn wait(&mut self, millis: u64) {
        self.t += millis * 1_000;
    }

    /// The first line that matches.
    #[track_caller]
    pub fn find(&mut self, like: impl Fn(&Value) -> bool) -> &mut Value {
        self.lines.iter_mut().find(|line| like(line)).unwrap()
    }

    /// Removes the lines that match.
    pub fn without(mut self, like: impl Fn(&Value) -> bool) -> SampleHistory {
        let before = self.lines.len();
        self.lines.retain(|line| !like(line));
        assert!(self.lines.len() < before, "nothing to leave out");
        self
    }

    fn begin(&mut self) {
        self.add(
            "meta",
            json!({ "bound_ms": 1_000, "slack": 1, "resets": [], "allowed_errors": ["known"] }),
        );
        for (name, user) in [("ada", ADA), ("bob", BOB), ("cyd", CYD)] {
            self.add("user", json!({ "name": name, "uid": id(user) }));
        }
        self.add("resource", resources("before", 20, 50_000));
        for (device, name, user) in [("a", "ada", ADA), ("b", "bob", BOB), ("c", "cyd", CYD)] {
            self.add(
                "device",
                json!({ "d": device, "user": name, "uid": id(user) }),
            );
            self.add("sub", json!({ "d": device, "c": 1, "after": {} }));
            self.add("pos", json!({ "d": device, "c": 1, "f": id(CHAT), "s": 2 }));
            self.add("pos", json!({ "d": device, "c": 1, "f": id(user), "s": 1 }));
        }
    }

    /// A send and its acknowledgement.
    pub fn send(&mut self, user: &str, message: u128, seq: u64, number: u64) {
        let mut fields = json!({ "user": user, "chat": id(CHAT), "cid": id(message) });
        self.add("send.invoke", fields.clone());
        fields["attempts"] = json!(1);
        fields["id"] = json!(id(message));
        fields["seq"] = json!(seq);
        fields["number"] = json!(number);
        self.add("send.ok", fields);
    }

    /// A device receives an event about a message.
    pub fn receive_message(
        &mut self,
        device: &str,
        kind: &str,
        seq: u64,
        event: u128,
        message: u128,
        revision: u64,
    ) {
        let empty = kind == "MessageRemoved";
        self.add(
            "recv",
            json!({ "d": device, "c": 1, "f": id(CHAT), "s": seq, "e": id(event), "kind": kind,
                "m": id(message), "n": 1, "r": revision, "x": empty }),
        );
    }

    fn remove_cyd(&mut self) {
        let fields = json!({ "user": "ada", "chat": id(CHAT), "whom": id(CYD), "seq": 7 });
        self.add("drop.invoke", fields.clone());
        self.add("drop.ok", fields);
        for device in ["a", "b", "c"] {
            self.add(
                "recv",
                json!({ "d": device, "c": 1, "f": id(CHAT), "s": 7, "e": id(0xe7),
                    "kind": "ParticipantRemoved", "userId": id(CYD) }),
            );
        }
        self.add(
            "recv",
            json!({ "d": "c", "c": 1, "f": id(CYD), "s": 2, "e": id(0xc2), "kind": "ChatLeft",
                "chatId": id(CHAT) }),
        );
    }

    fn read_mark(&mut self) {
        let fields = json!({ "user": "bob", "chat": id(CHAT), "number": 3 });
        self.add("read.invoke", fields.clone());
        self.add("read.ok", fields);
        self.add(
            "recv",
            json!({ "d": "b", "c": 1, "f": id(BOB), "s": 2, "e": id(0xb2),
                "kind": "ReadMarkMoved", "chatId": id(CHAT), "lastReadNumber": 3 }),
        );
    }

    fn final_state(&mut self) {
        self.wait(10_000);
        let begun = self.t;
        self.add(
            "probe",
            json!({ "user": "cyd", "chat": id(CHAT), "begun": begun, "answered": false }),
        );
        for (user, chats) in [("bob", vec![id(CHAT)]), ("cyd", vec![])] {
            let fields = json!({ "user": user, "begun": begun, "word": "better", "chats": chats,
                "others": [] });
            self.add("search", fields);
        }
        for user in ["ada", "bob"] {
            let fields = json!({ "user": user, "chat": id(CHAT), "unread": 0 });
            self.add("unread", fields);
        }
        let state = json!({ "name": "A group", "read": 3, "people": {}, "messages": {
            id(M1).to_string(): [1, 2, "better"], id(M2).to_string(): [2, 2, null] } });
        for kind in ["copy", "fresh"] {
            let fields = json!({ "d": "a", "chat": id(CHAT), "state": state });
            self.add(kind, fields);
        }
        // Of the four events about the first two messages.
        let sha256 = "d790ff0a3d36f21302521b6b0e7f5402c12810b059cf9f420edd85f0435eb76c";
        let fields = json!({ "d": "a", "chat": id(CHAT), "from": 3, "to": 6, "sha256": sha256 });
        self.add("digest", fields);
        self.add("resource", resources("after", 22, 60_000));
    }

    fn dump(&mut self) {
        for (feed, last, head, count) in [
            (CHAT, 8, M3, 3),
            (ADA, 1, 0xa1, 0),
            (BOB, 2, 0xb2, 0),
            (CYD, 2, 0xc2, 0),
        ] {
            self.add(
                "dump.feed",
                json!({ "id": id(feed), "last_seq": last, "head_id": id(head),
                    "message_count": count }),
            );
        }
        let participants = json!({ "participants": [
            { "user_id": id(ADA) }, { "user_id": id(BOB) }, { "user_id": id(CYD) } ] });
        let gone = json!({ "user_id": id(CYD) });
        let chat: [(u64, u128, &str, Option<u128>, Value); 8] = [
            (1, 0xe1, "CHAT_CREATED", None, Value::Null),
            (2, 0xe2, "PARTICIPANTS_ADDED", None, participants),
            (3, M1, "MESSAGE_ADDED", Some(M1), Value::Null),
            (4, M2, "MESSAGE_ADDED", Some(M2), Value::Null),
            (5, 0xe5, "MESSAGE_UPDATED", Some(M1), Value::Null),
            (6, 0xe6, "MESSAGE_REMOVED", Some(M2), Value::Null),
            (7, 0xe7, "PARTICIPANT_REMOVED", None, gone),
            (8, M3, "MESSAGE_ADDED", Some(M3), Value::Null),
        ];
        let mut before = None;
        for (seq, event, kind, message, data) in chat {
            self.stored(CHAT, seq, event, before, kind, message, data);
            before = Some(event);
        }
        for (user, first) in [(ADA, 0xa1), (BOB, 0xb1), (CYD, 0xc1)] {
            self.stored(user, 1, first, None, "CHAT_ADDED", None, Value::Null);
        }
        self.stored(
            BOB,
            2,
            0xb2,
            Some(0xb1),
            "READ_MARK_MOVED",
            None,
            Value::Null,
        );
        self.stored(CYD, 2, 0xc2, Some(0xc1), "CHAT_LEFT", None, Value::Null);
        for (message, number, seq, removed) in
            [(M1, 1, 3, false), (M2, 2, 4, true), (M3, 3, 8, false)]
        {
            self.add(
                "dump.message",
                json!({ "chat_id": id(CHAT), "id": id(message), "number": number, "seq": seq,
                    "removed": removed }),
            );
        }
        for (user, left, read) in [(ADA, None, 3), (BOB, None, 3), (CYD, Some(7), 0)] {
            self.add(
                "dump.participant",
                json!({ "chat_id": id(CHAT), "user_id": id(user), "last_read_number": read,
                    "left_seq": left }),
            );
        }
    }

    #[allow(clippy::too_many_arguments)] // A row of a table.
    fn stored(
        &mut self,
        feed: u128,
        seq: u64,
        event: u128,
        before: Option<u128>,
        kind: &str,
        message: Option<u128>,
        data: Value,
    ) {
        self.add(
            "dump.event",
            json!({ "feed_id": id(feed), "seq": seq, "id": id(event), "prev_id": before.map(id),
                "kind": kind, "at": seq * 10, "message_id": message.map(id), "data": data }),
        );
    }
}

/// The resources of an instance.
pub fn resources(phase: &str, files: u64, memory: u64) -> Value {
    json!({ "phase": phase, "what": "receiver-1", "files": files, "memory_kib": memory })
}

/// Whether a line is of this kind and has these values.
pub fn like(kind: &str, values: &[(&str, Value)]) -> impl Fn(&Value) -> bool + use<> {
    let kind = kind.to_owned();
    let values: Vec<(String, Value)> = values
        .iter()
        .map(|(field, value)| ((*field).to_owned(), value.clone()))
        .collect();
    move |line| {
        line["k"] == kind.as_str() && values.iter().all(|(field, value)| line[field] == *value)
    }
}
