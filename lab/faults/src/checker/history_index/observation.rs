//! What devices observed.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::fields::{id, optional_id};

/// What a device observed.
pub enum Observation {
    /// It subscribed with these cursors.
    Subscribed(HashMap<Uuid, u64>),
    /// The server reported the position of a feed.
    Position { feed: Uuid, seq: u64 },
    /// The server reset the stream of a feed to a position.
    Reset {
        feed: Uuid,
        seq: u64,
        reason: String,
    },
    /// It received an event.
    Received(ReceivedEvent),
    /// Its connection ended.
    Ended,
}

/// An event as a device received it.
pub struct ReceivedEvent {
    pub feed: Uuid,
    pub seq: u64,
    pub id: Uuid,
    pub kind: String,
    pub message: Option<Uuid>,
    /// Whether the message had no text.
    pub empty: bool,
    /// In a user's own feed: the chat that the event is about.
    pub chat: Option<Uuid>,
    /// The number of a read mark.
    pub read: Option<u64>,
}

pub(super) fn observation(kind: &str, value: &Value) -> Observation {
    let (feed, seq) = (id(&value["f"]), value["s"].as_u64().unwrap_or_default());
    let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    match kind {
        "sub" => {
            let after = value["after"].as_object().into_iter().flatten();
            let seqs = after.filter_map(|(feed, seq)| Some((feed.parse().ok()?, seq.as_u64()?)));
            Observation::Subscribed(seqs.collect())
        }
        "pos" => Observation::Position { feed, seq },
        "reset" => Observation::Reset {
            feed,
            seq,
            reason: text("reason"),
        },
        "recv" => Observation::Received(ReceivedEvent {
            feed,
            seq,
            id: id(&value["e"]),
            kind: text("kind"),
            message: optional_id(&value["m"]),
            empty: value["x"] == Value::Bool(true),
            chat: optional_id(&value["chatId"]),
            read: value["lastReadNumber"].as_u64(),
        }),
        _ => Observation::Ended,
    }
}
