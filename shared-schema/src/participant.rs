//! The participation of a user in a chat.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, Number, UserId},
    instant::Instant,
};

/// The role of a participant in a chat. Admins may do everything that members may, and owners everything that admins
/// may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticipantRole {
    /// Can read and write messages.
    Member,
    /// Can also change the chat's name and description, add members, remove members, and remove anyone's messages.
    Admin,
    /// Can also assign roles, remove any participant, and remove the chat.
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

/// Unless an installation says otherwise, messages are shown as delivered and read in chats of at most so many participants.
pub const MAX_RECEIPT_PARTICIPANTS: i32 = 50;

/// A participant: the membership of one user in one chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "ParticipantFacts")]
#[serde(from = "StoredParticipant")]
pub struct Participant {
    /// The id of the chat.
    pub chat_id: ChatId,
    /// The id of the user.
    pub user_id: UserId,
    /// The participant's role in the chat.
    pub role: ParticipantRole,
    /// The participant's read mark: they have read every message up to and including this number. It only grows. It
    /// says nothing about messages up to `joinedNumber`, which were sent before the participant joined: the readers of
    /// a message are the participants with `joinedNumber < number <= lastReadNumber`. Of other users, it equals
    /// `joinedNumber` in the results of mutations, and wherever one of the two does not tell what they have read.
    pub last_read_number: Number,
    /// The number of the newest message at the time of joining; 0 if there was none. Joining again updates it.
    pub joined_number: Number,
    /// When the user joined the chat.
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
