//! The messages of `graphql-transport-ws`.

use async_graphql::{Request, ServerError};
use axum::extract::ws::{Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// From the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Incoming {
    ConnectionInit {
        #[serde(default)]
        payload: Option<InitPayload>,
    },
    Subscribe {
        id: String,
        payload: Box<Request>,
    },
    Complete {
        id: String,
    },
    Ping {
        #[serde(default)]
        payload: Option<Value>,
    },
    Pong {},
}

/// What `connection_init` must carry. Unknown fields are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct InitPayload {
    /// The access token. Never logged: `Debug` is of the token's presence only.
    #[serde(default, rename = "accessToken")]
    pub(crate) access_token: Option<Token>,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// To the client.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Outgoing<'a> {
    ConnectionAck,
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
}

impl Outgoing<'_> {
    /// As a frame. A response that cannot be written as JSON does not exist; an empty frame would only be ignored.
    pub(crate) fn frame(&self) -> Message {
        let text = serde_json::to_string(self).unwrap_or_default();
        Message::Text(Utf8Bytes::from(text))
    }
}

/// The frame of a `next` message around a payload that is JSON already.
pub(crate) fn next(id: &str, payload: &str) -> Message {
    // A string can always be written as JSON.
    let id = serde_json::to_string(id).unwrap_or_default();
    let text = [
        r#"{"type":"next","id":"#,
        &id,
        r#","payload":"#,
        payload,
        "}",
    ]
    .concat();
    Message::Text(Utf8Bytes::from(text))
}
