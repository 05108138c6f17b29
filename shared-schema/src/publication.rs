//! What travels over Redis. It is a hint: everything durable in it can be read from Postgres instead.

use serde::{Deserialize, Serialize};

use crate::{ChatId, Event, FeedId, Instant, Number, UserId};

/// The envelope's version. A reader drops what it cannot read and lets the sweep find the events.
pub const ENVELOPE_VERSION: u8 = 1;

/// The Redis Pub/Sub channel of a feed.
#[must_use]
pub fn channel(feed: FeedId) -> String {
    format!("feed:{feed}")
}

/// One Redis message on a feed's channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// `ENVELOPE_VERSION` of the writer.
    pub v: u8,
    /// The trace of the request that caused it, as a W3C trace id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Consecutive events of the feed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Live facts that are never stored as events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// An ephemeral live fact about a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Signal {
    /// Someone is typing, or has stopped.
    Typing {
        /// The chat.
        chat_id: ChatId,
        /// Who.
        user_id: UserId,
        /// Forget it at this time unless it is repeated; in the past when they stopped.
        until: Instant,
    },
    /// Someone has read further.
    ReadMark {
        /// The chat.
        chat_id: ChatId,
        /// Who.
        user_id: UserId,
        /// Everything up to this number is read.
        last_read_number: Number,
    },
}
