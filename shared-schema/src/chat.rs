//! A conversation's facts.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, Number, UserId},
    instant::Instant,
};

/// What sort of conversation a chat is. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChatKind {
    /// Exactly two people; there is one direct chat per pair.
    Direct,
    /// Invited people.
    Group,
    /// Anyone may find it and join.
    Public,
}

impl ChatKind {
    /// The value stored in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "DIRECT",
            Self::Group => "GROUP",
            Self::Public => "PUBLIC",
        }
    }

    /// The kind that is stored as `text`.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Direct, Self::Group, Self::Public]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// A conversation. These facts are the same for everyone who may see it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(name = "ChatFacts")]
pub struct Chat {
    /// The chat's id; made by whoever created it, or by the server.
    pub id: ChatId,
    /// Direct, group or public.
    pub kind: ChatKind,
    /// The name, 1 to 100 characters. Null for a direct chat: show the other person instead.
    pub name: Option<String>,
    /// What the chat is about, at most 500 characters; may be empty.
    pub description: String,
    /// How many people take part now.
    pub participant_count: i32,
    /// How many messages were ever added; also the number of the newest one.
    pub message_count: Number,
    /// When the newest message was added.
    pub last_message_at: Option<Instant>,
    /// When the chat was created.
    pub created_at: Instant,
    /// Who created it.
    pub created_by: UserId,
}
