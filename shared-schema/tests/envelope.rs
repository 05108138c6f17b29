//! The envelope is a contract between builds of different age: these are its exact bytes.

use serde_json::{Value, json};
use shared_schema::{Change, Event, Message, Publication};

fn golden() -> Value {
    json!({
        "v": 1,
        "trace": "0af7651916cd43dd8448eb211c80319c",
        "events": [
            {
                "feed": "01890a5d-ac96-774b-bcce-b302099a8057",
                "seq": 7,
                "id": "01890a5d-ac96-774b-bcce-b302099a8058",
                "prev": "01890a5d-ac96-774b-bcce-b302099a8059",
                "at": "2026-01-31T12:34:56.123456Z",
                "actor": "01890a5d-ac96-774b-bcce-b302099a8060",
                "kind": "MESSAGE_ADDED",
                "data": {
                    "id": "01890a5d-ac96-774b-bcce-b302099a8058",
                    "chat_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                    "number": 3,
                    "seq": 7,
                    "revision": 1,
                    "sender_id": "01890a5d-ac96-774b-bcce-b302099a8060",
                    "sender_username": "ada",
                    "content": "hello",
                    "reply_to_id": null,
                    "created_at": "2026-01-31T12:34:56.123456Z",
                    "edited_at": null,
                    "removed_at": null
                }
            },
            {
                "feed": "01890a5d-ac96-774b-bcce-b302099a8057",
                "seq": 8,
                "id": "01890a5d-ac96-774b-bcce-b302099a8061",
                "prev": "01890a5d-ac96-774b-bcce-b302099a8058",
                "at": "2026-01-31T12:34:57Z",
                "actor": null,
                "kind": "CHAT_UPDATED"
            }
        ],
        "signals": [
            {
                "signal": "READ_MARK",
                "chat_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "user_id": "01890a5d-ac96-774b-bcce-b302099a8060",
                "last_read_number": 3
            }
        ]
    })
}

fn read(value: Value) -> Publication {
    serde_json::from_value(value).expect("an envelope of today can be read")
}

#[test]
fn the_envelope_keeps_its_form() {
    let publication = read(golden());
    assert!(matches!(
        &publication.events[0].change,
        Change::MessageAdded(Message { number: 3, .. })
    ));
    assert_eq!(publication.events[1].change, Change::ChatUpdated);
    assert_eq!(
        serde_json::to_value(&publication).expect("serializes"),
        golden()
    );
}

#[test]
fn a_kind_from_the_future_is_counted_not_refused() {
    let mut future = golden();
    future["events"][1]["kind"] = json!("MESSAGE_PINNED");
    future["events"][1]["data"] = json!({ "message_id": "x" });
    future["events"][1]["extra"] = json!(true);
    future["brand_new"] = json!([1, 2]);
    let publication = read(future);
    let event: &Event = &publication.events[1];
    assert_eq!(event.seq, 8);
    assert_eq!(
        event.change,
        Change::Unknown {
            kind: "MESSAGE_PINNED".into()
        }
    );
}

#[test]
fn a_change_survives_being_stored() {
    let changes: [Value; 7] = [
        json!({ "kind": "CHAT_CREATED" }),
        json!({ "kind": "PARTICIPANTS_ADDED", "data": { "participants": [] } }),
        json!({ "kind": "PARTICIPANT_REMOVED", "data": { "user_id": "01890a5d-ac96-774b-bcce-b302099a8060" } }),
        json!({ "kind": "CHAT_ADDED", "data": {
            "chat_id": "01890a5d-ac96-774b-bcce-b302099a8057",
            "joined_seq": 4,
            "joined_event": "01890a5d-ac96-774b-bcce-b302099a8058"
        } }),
        json!({ "kind": "READ_MARK_MOVED", "data": {
            "chat_id": "01890a5d-ac96-774b-bcce-b302099a8057",
            "last_read_number": 12
        } }),
        json!({ "kind": "SESSION_REVOKED", "data": { "session_id": "01890a5d-ac96-774b-bcce-b302099a8060" } }),
        json!({ "kind": "PROFILE_UPDATED" }),
    ];
    for json in changes {
        let change: Change = serde_json::from_value(json).expect("a change of today");
        assert!(!matches!(change, Change::Unknown { .. }), "{change:?}");
        assert_eq!(
            Change::from_stored(change.kind(), change.data(), None),
            change
        );
    }
}
