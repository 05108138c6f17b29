//! What async-graphql leaves open when a field fails.
//!
//! async-graphql drops a failed field from its parent, or sets a non-null field to null, and returns the rest. A client
//! that trusts the schema would then read missing data. The specification propagates the error to the nearest nullable
//! field; outside of the library it is not known which field that is, but `data` is always nullable.

use async_graphql::{PathSegment, Response, Value};

/// Takes `data` back if an error has left a hole in it. A field that may fail alone leads to its own null and stays.
pub(super) fn discard_incomplete_data(mut response: Response) -> Response {
    let data = &response.data;
    if !response
        .errors
        .iter()
        .all(|error| leads_to_null(data, &error.path))
    {
        response.data = Value::Null;
    }
    response
}

fn leads_to_null(data: &Value, path: &[PathSegment]) -> bool {
    let mut here = data;
    for segment in path {
        let next = match (here, segment) {
            (Value::Object(fields), PathSegment::Field(name)) => fields.get(name.as_str()),
            (Value::List(items), PathSegment::Index(index)) => items.get(*index),
            _ => None,
        };
        let Some(next) = next else {
            return false;
        };
        here = next;
    }
    matches!(here, Value::Null)
}
