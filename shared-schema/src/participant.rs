//! A user in a chat.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, Number, UserId},
    instant::Instant,
};

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
#[serde(from = "StoredParticipant")]
pub struct Participant {
    /// The chat.
    pub chat_id: ChatId,
    /// The user.
    pub user_id: UserId,
    /// What they may do here.
    pub role: ParticipantRole,
    /// They have read every message up to and including this number. It only grows. It says nothing about messages up to
    /// `joinedNumber`, which were sent before they joined: a message is read by those for whom
    /// `joinedNumber < number <= lastReadNumber`.
    pub last_read_number: Number,
    /// The number of the newest message when they joined, 0 if there was none. Joining again sets it anew.
    pub joined_number: Number,
    /// Since when they take part.
    pub joined_at: Instant,
}

/// A participant in an event of any release: those before `joined_number` did not write it.
#[derive(Deserialize)]
struct StoredParticipant {
    chat_id: ChatId,
    user_id: UserId,
    role: ParticipantRole,
    last_read_number: Number,
    joined_number: Option<Number>,
    joined_at: Instant,
}

impl From<StoredParticipant> for Participant {
    fn from(stored: StoredParticipant) -> Self {
        Self {
            chat_id: stored.chat_id,
            user_id: stored.user_id,
            role: stored.role,
            last_read_number: stored.last_read_number,
            // Events tell of participants as they join, and everyone joins with the mark at the newest message.
            joined_number: stored.joined_number.unwrap_or(stored.last_read_number),
            joined_at: stored.joined_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// F1: events that were written before the number existed still tell who was there.
    #[test]
    fn an_event_of_an_older_release_tells_when_its_participants_joined() {
        let id = "0197a4c4-7f3c-7a7e-8d4c-5b6f4d0c9a10";
        let stored = json!({
            "chat_id": id, "user_id": id, "role": "MEMBER", "last_read_number": 7,
            "joined_at": "2026-11-20T10:00:00Z"
        });
        let participant: Participant = serde_json::from_value(stored).expect("a participant");
        assert_eq!(participant.joined_number, 7);
        let again = serde_json::to_value(&participant).expect("JSON");
        assert_eq!(again["joined_number"], 7);
    }
}
