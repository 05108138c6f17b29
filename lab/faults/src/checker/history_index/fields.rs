//! Reads the fields of a line.

use serde_json::Value;
use uuid::Uuid;

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

pub(crate) fn id(value: &Value) -> Uuid {
    optional_id(value).unwrap_or_default()
}
