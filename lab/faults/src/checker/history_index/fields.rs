//! Reads the fields of a line.

use serde_json::Value;
use uuid::Uuid;

use super::{Observation, ReactionChange, ReactionKey, ReceivedEvent};

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

pub(super) fn reaction_change(row: &Value) -> Option<ReactionChange> {
    let data = &row["data"];
    if row["kind"] != "REACTION_CHANGED" {
        return None;
    }
    Some(ReactionChange {
        key: ReactionKey {
            message: id(&data["message_id"]),
            emoji: data["group"]["emoji"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            user: id(&row["actor_id"]),
        },
        variant: data["variant"].as_str().unwrap_or_default().to_owned(),
        added: data["added"] == Value::Bool(true),
        count: data["group"]["count"].as_u64().unwrap_or_default(),
    })
}

/// The users in an event's data: `user_id` itself, or that of each of `participants`.
pub(super) fn users(data: &Value) -> Vec<Uuid> {
    let one =
        |value: &Value| optional_id(&value["user_id"]).or_else(|| optional_id(&value["userId"]));
    let several = data["participants"].as_array().into_iter().flatten();
    several.filter_map(one).chain(one(data)).collect()
}

pub(super) fn optional_id(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

pub(super) fn id(value: &Value) -> Uuid {
    optional_id(value).unwrap_or_default()
}
