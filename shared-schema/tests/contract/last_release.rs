//! How the last release reads and writes envelopes, copied and never adapted: what this build writes has to suit it.
//!
//! It refuses a publication with a kind of signal that it does not know. So no such kind may share a publication with
//! events until that release is gone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub v: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub feed: Uuid,
    pub seq: i64,
    pub id: Uuid,
    pub prev: Option<Uuid>,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Change {
    ChatCreated,
    ChatUpdated,
    ChatRemoved,
    MessageAdded(Message),
    MessageUpdated(Message),
    MessageRemoved(Message),
    ParticipantsAdded {
        participants: Vec<Participant>,
    },
    ParticipantRemoved {
        user_id: Uuid,
    },
    ParticipantRoleChanged {
        user_id: Uuid,
        role: ParticipantRole,
    },
    ChatAdded {
        chat_id: Uuid,
        joined_seq: i64,
        joined_event: Uuid,
    },
    ChatLeft {
        chat_id: Uuid,
        left_seq: i64,
    },
    ReadMarkMoved {
        chat_id: Uuid,
        last_read_number: i64,
    },
    SessionRevoked {
        session_id: Uuid,
    },
    ProfileUpdated,
    #[serde(untagged)]
    Unknown {
        kind: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: Uuid,
    pub chat_id: Uuid,
    pub number: i64,
    pub seq: i64,
    pub revision: i32,
    pub sender_id: Uuid,
    pub sender_username: String,
    pub content: Option<String>,
    pub reply_to_id: Option<Uuid>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticipantRole {
    Member,
    Admin,
    Owner,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredParticipant")]
pub struct Participant {
    pub chat_id: Uuid,
    pub user_id: Uuid,
    pub role: ParticipantRole,
    pub last_read_number: i64,
    pub joined_number: i64,
    pub joined_at: Timestamp,
}

#[derive(Deserialize)]
struct StoredParticipant {
    chat_id: Uuid,
    user_id: Uuid,
    role: ParticipantRole,
    last_read_number: i64,
    joined_number: Option<i64>,
    joined_at: Timestamp,
}

impl From<StoredParticipant> for Participant {
    fn from(stored: StoredParticipant) -> Self {
        Self {
            chat_id: stored.chat_id,
            user_id: stored.user_id,
            role: stored.role,
            last_read_number: stored.last_read_number,
            joined_number: stored.joined_number.unwrap_or(stored.last_read_number),
            joined_at: stored.joined_at,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Signal {
    Typing {
        chat_id: Uuid,
        user_id: Uuid,
        until: Timestamp,
    },
    ReadMark {
        chat_id: Uuid,
        user_id: Uuid,
        last_read_number: i64,
    },
}
