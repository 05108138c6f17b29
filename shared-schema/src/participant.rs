//! A user in a chat.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{ChatId, Instant, Number, UserId};

/// What a participant may do. Each role may do all that the ones below it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticipantRole {
    /// Reads and writes messages.
    Member,
    /// Also renames the chat, adds and removes members, and removes anyone's messages.
    Admin,
    /// Also changes roles, removes admins, and removes the chat.
    Owner,
}

impl ParticipantRole {
    /// The value stored in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "MEMBER",
            Self::Admin => "ADMIN",
            Self::Owner => "OWNER",
        }
    }

    /// The role that is stored as `text`.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// A user who takes part in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "ParticipantFacts")]
pub struct Participant {
    /// The chat.
    pub chat_id: ChatId,
    /// The user.
    pub user_id: UserId,
    /// What they may do here.
    pub role: ParticipantRole,
    /// They have read every message up to and including this number. It only grows.
    pub last_read_number: Number,
    /// Since when they take part.
    pub joined_at: Instant,
}
