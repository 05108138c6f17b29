//! The envelope is a contract between builds of different age: what each of them writes, the others can read, and what
//! they do not know is a value to them and never an error.
#![allow(clippy::unwrap_used)]

mod last_release;

use std::{collections::BTreeSet, fs};

use serde_json::{Value, json};
use shared_schema::{
    Change, ChatId, Event, FeedKind, FeedRef, Instant, Message, Publication, Received, Signal,
    UserId,
};

/// One Redis message per kind, by the kind's name.
fn golden() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            let kind = path.file_stem().unwrap().to_string_lossy().to_uppercase();
            let text = fs::read_to_string(&path).unwrap();
            (kind, serde_json::from_str(&text).unwrap())
        })
        .collect();
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

/// The same, as far as it is about events.
fn events() -> Vec<(String, Event)> {
    let mut events = vec![];
    for (kind, envelope) in golden() {
        events.extend(read(&envelope).events.pop().map(|event| (kind, event)));
    }
    events
}

fn read(envelope: &Value) -> Publication {
    let received = Received::read(&serde_json::to_vec(envelope).unwrap());
    match received.unwrap_or_else(|error| panic!("{error}: {envelope}")) {
        Received::Publication(publication) => publication,
        newer => panic!("{newer:?}: {envelope}"),
    }
}

/// The envelope without what builds of the last release do not write.
fn as_of_last_release(mut envelope: Value) -> Value {
    for event in envelope
        .get_mut("events")
        .into_iter()
        .flat_map(Value::as_array_mut)
        .flatten()
    {
        event.as_object_mut().unwrap().remove("feed_kind");
    }
    envelope
}

#[test]
fn every_kind_has_a_golden_envelope() {
    let files: BTreeSet<String> = golden().into_iter().map(|(kind, _)| kind).collect();
    let kinds = Change::KINDS.iter().chain(Signal::KINDS);
    let kinds: BTreeSet<String> = kinds.map(|kind| (*kind).to_owned()).collect();
    assert_eq!(files, kinds, "one file in tests/golden for each kind");
}

#[test]
fn what_was_written_once_can_be_read_for_good_and_is_written_so_still() {
    for (kind, envelope) in golden() {
        let publication = read(&envelope);
        assert_eq!(
            publication.events.len() + publication.signals.len(),
            1,
            "{kind}"
        );
        for event in &publication.events {
            assert_eq!(event.change.kind(), kind);
            assert!(
                !matches!(event.change, Change::Unknown { .. }),
                "{kind} is known by name and cannot be read"
            );
            let user = matches!(event.feed, FeedRef::User(_));
            assert_eq!(
                Change::feed_of(&kind),
                Some(if user { FeedKind::User } else { FeedKind::Chat }),
                "{kind}"
            );
        }
        assert!(!publication.signals.contains(&Signal::Unknown), "{kind}");
        let written = serde_json::to_value(&publication).unwrap();
        assert_eq!(as_of_last_release(written), envelope, "{kind}");
    }
}

#[test]
fn the_last_release_understands_what_this_build_writes() {
    let mut understood = 0;
    for (kind, envelope) in golden() {
        let written = serde_json::to_value(read(&envelope)).unwrap();
        let has_events = written.get("events").is_some();
        let there = match serde_json::from_value::<last_release::Publication>(written) {
            Ok(there) => there,
            // A kind of signal that came after it is refused, and travels without events.
            Err(_) if !has_events => continue,
            Err(error) => panic!("the last release cannot read {kind}: {error}"),
        };
        let unknown = |event: &last_release::Event| {
            matches!(event.change, last_release::Change::Unknown { .. })
        };
        // A kind that came after it is a position to it.
        if !there.events.iter().any(unknown) {
            understood += 1;
            assert_eq!(serde_json::to_value(there).unwrap(), envelope, "{kind}");
        }
    }
    assert_eq!(
        understood, 15,
        "kinds of the last release that are still written"
    );
}

/// R1: what is stored holds no text of a message, is read back with the message as it is now, and a message that was
/// removed can be put in the place of the old one, whatever the kind.
#[test]
fn every_kind_is_stored_without_text_read_back_equal_and_scrubbed() {
    let text = "the text of a message";
    for (kind, event) in events() {
        let change = event.change;
        let data = change.data();
        assert!(!json!(data).to_string().contains(text), "{kind}: {data:?}");
        let read = Change::from_stored(change.kind(), data, change.message().cloned());
        assert_eq!(read, change, "{kind}");

        let mut scrubbed = change.clone();
        if let Some(message) = scrubbed.message_mut() {
            *message = Message {
                content: None,
                removed_at: Some(Instant(jiff::Timestamp::UNIX_EPOCH)),
                ..message.clone()
            };
        }
        let whole = serde_json::to_string(&change).unwrap();
        let left = serde_json::to_string(&scrubbed).unwrap();
        assert!(!left.contains(text), "{kind} keeps {left}");
        assert_eq!(scrubbed.kind(), kind);
        // An event with a text is about the message whose text it is.
        assert!(
            change.message_id().is_some() || !whole.contains(text),
            "{kind}"
        );
    }
}

#[test]
fn an_event_about_a_message_that_is_not_there_is_a_position() {
    let read = Change::from_stored("MESSAGE_ADDED", None, None);
    let kind = "MESSAGE_ADDED".to_owned();
    assert_eq!(read, Change::Unknown { kind });
}

/// Adds a field that no build knows to every object inside.
fn extend(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(extend);
            fields.insert("brand_new".to_owned(), json!({ "of": ["the", "future"] }));
        }
        Value::Array(items) => items.iter_mut().for_each(extend),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn fields_from_the_future_change_nothing() {
    for (kind, envelope) in golden() {
        let mut future = envelope.clone();
        extend(&mut future);
        assert_eq!(read(&future), read(&envelope), "{kind}");
        // Also where a kind carries nothing today.
        for event in future
            .get_mut("events")
            .into_iter()
            .flat_map(Value::as_array_mut)
            .flatten()
        {
            event["data"]["more"] = json!(true);
        }
        assert_eq!(read(&future), read(&envelope), "{kind}");
    }
}

#[test]
fn kinds_from_the_future_are_counted_and_keep_nothing_else_from_being_read() {
    let (_, mut envelope) = golden()
        .into_iter()
        .find(|(kind, _)| kind == "MESSAGE_ADDED")
        .unwrap();
    let event = envelope["events"][0].clone();
    let mark = golden()
        .into_iter()
        .find(|(kind, _)| kind == "RECEIPT_CHANGED");
    let mark = mark.unwrap().1["signals"][0].clone();
    let kinds = [
        json!({ "kind": "NEVER_TO_BE_BUILT", "data": { "message_id": "x" } }),
        json!({ "kind": "NEVER_TO_BE_BUILT", "data": null }),
        json!({ "kind": "NEVER_TO_BE_BUILT", "data": [1, "two"], "feed_kind": "USER" }),
        json!({ "kind": "NEVER_TO_BE_BUILT", "feed_kind": "PLACE" }),
        // A kind of today with something in it that is not.
        json!({ "kind": "PARTICIPANT_ROLE_CHANGED", "data": { "user_id": event["actor"], "role": "GUARDIAN" } }),
        json!({ "kind": "MESSAGE_ADDED", "data": { "id": event["id"], "text": "moved" } }),
    ];
    let mut events = vec![event.clone()];
    for (index, kind) in kinds.iter().enumerate() {
        let mut future = event.clone();
        future["seq"] = json!(8 + index);
        future.as_object_mut().unwrap().remove("data");
        let fields = kind.as_object().unwrap().clone();
        future.as_object_mut().unwrap().extend(fields);
        events.push(future);
    }
    envelope["events"] = json!(events);
    envelope["signals"] = json!([
        { "signal": "NEVER_TO_BE_BUILT", "user_id": "x" },
        { "signal": "TYPING", "chat_id": "x" },
        { "signal": 7 },
        "not even an object",
        mark,
    ]);
    envelope["presence"] = json!([1, 2]);

    let publication = read(&envelope);
    assert_eq!(publication.events.len(), 7);
    assert_eq!(
        publication.events[0],
        read(&json!({ "v": 1, "events": [event] })).events[0]
    );
    for (event, future) in publication.events[1..].iter().zip(&kinds) {
        let kind = future["kind"].as_str().unwrap().to_owned();
        assert_eq!(event.change, Change::Unknown { kind });
        assert_eq!(event.change.message(), None);
        let id = publication.events[0].feed.id();
        let feed = match future["feed_kind"].as_str() {
            Some("USER") => UserId(id).into(),
            _ => FeedRef::from(ChatId(id)),
        };
        assert_eq!(event.feed, feed);
    }
    assert_eq!(publication.events[6].seq, 13);
    assert_eq!(publication.signals[..4], [const { Signal::Unknown }; 4]);
    assert_eq!(Signal::Unknown.feed(), None);
    assert!(matches!(
        publication.signals[4],
        Signal::ReceiptChanged { .. }
    ));
    assert_eq!(
        publication.signals[4].feed(),
        Some(publication.events[0].feed)
    );
}

#[test]
fn an_envelope_of_a_newer_version_is_known_as_such_whatever_is_in_it() {
    let read = |envelope: Value| Received::read(&serde_json::to_vec(&envelope).unwrap());
    for (kind, mut envelope) in golden() {
        envelope["v"] = json!(2);
        assert_eq!(read(envelope).unwrap(), Received::Newer { v: 2 }, "{kind}");
    }
    for v in [2_u64, 255, 256, 70_000] {
        let envelope = json!({ "v": v, "events": { "in": "columns" } });
        assert_eq!(read(envelope).unwrap(), Received::Newer { v });
    }
    for garbage in [
        json!({}),
        json!({ "v": 1, "events": 7 }),
        json!({ "v": -1 }),
        json!("forged"),
    ] {
        assert!(read(garbage.clone()).is_err(), "{garbage}");
    }
}

/// A message of the timeline is written as before there were threads (the golden envelopes), and a reply has two fields more,
/// which the last release passes over.
#[test]
fn a_reply_in_a_thread_says_so_and_is_a_message_to_the_last_release() {
    let mut golden = golden().into_iter();
    let (_, mut envelope) = golden.find(|(kind, _)| kind == "MESSAGE_ADDED").unwrap();
    let timeline = read(&envelope).events[0].change.message().unwrap().clone();
    assert_eq!(
        (timeline.thread_root_id, timeline.thread_ordinal),
        (None, None)
    );
    let data = &mut envelope["events"][0]["data"];
    let root = data["reply_to_id"].clone();
    data["thread_root_id"] = root.clone();
    data["thread_ordinal"] = json!(7);

    let publication = read(&envelope);
    let reply = publication.events[0].change.message().unwrap().clone();
    assert_eq!(json!(reply.thread_root_id), root);
    assert_eq!(reply.thread_ordinal, Some(7));
    assert_eq!(serde_json::to_value(&publication).unwrap(), envelope);
    let there: last_release::Publication = serde_json::from_value(envelope).unwrap();
    let last_release::Change::MessageAdded(there) = &there.events[0].change else {
        panic!("{there:?}");
    };
    assert_eq!((there.id, there.number), (reply.id.0, reply.number));
}
