//! Feed events: the durable changes, in the one form in which they are stored, published and read.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    ChatId, Cursor, EventId, FeedId, Instant, Message, MessageId, Number, Participant,
    ParticipantRole, Seq, SessionId, UserId,
};

/// One entry of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The feed it belongs to.
    pub feed: FeedId,
    /// Its position there.
    pub seq: Seq,
    /// Its id.
    pub id: EventId,
    /// The id of the event before it; none for the first.
    pub prev: Option<EventId>,
    /// When it happened: the database's clock, strictly growing within a feed.
    pub at: Instant,
    /// Who did it; none for the system.
    pub actor: Option<UserId>,
    /// What changed.
    #[serde(flatten)]
    pub change: Change,
}

impl Event {
    /// The position right after this event.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor {
            feed: self.feed,
            seq: self.seq,
            event: self.id,
        }
    }
}

/// What changed. The first group happens in the feed of a chat, the second in the feed of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Change {
    /// The chat came to be; always the first event of its feed.
    ChatCreated,
    /// The chat's name or description changed.
    ChatUpdated,
    /// The chat was removed; always the last event of its feed.
    ChatRemoved,
    /// A message was added.
    MessageAdded(Message),
    /// A message's text changed.
    MessageUpdated(Message),
    /// A message lost its content.
    MessageRemoved(Message),
    /// People joined or were added.
    ParticipantsAdded {
        /// Who, as they were at that moment.
        participants: Vec<Participant>,
    },
    /// Someone left or was removed. They receive nothing after this event.
    ParticipantRemoved {
        /// Who.
        user_id: UserId,
    },
    /// Someone's role changed.
    ParticipantRoleChanged {
        /// Whose.
        user_id: UserId,
        /// The new role.
        role: ParticipantRole,
    },

    /// This user now takes part in a chat.
    ChatAdded {
        /// The chat.
        chat_id: ChatId,
        /// The position in the chat's feed of the event that added them.
        joined_seq: Seq,
        /// That event's id.
        joined_event: EventId,
    },
    /// This user no longer takes part in a chat, or the chat is gone.
    ChatLeft {
        /// The chat.
        chat_id: ChatId,
        /// The position in the chat's feed of the event that ended it.
        left_seq: Seq,
    },
    /// This user has read up to a message, on one of their devices.
    ReadMarkMoved {
        /// The chat.
        chat_id: ChatId,
        /// Everything up to this number is read.
        last_read_number: Number,
    },
    /// One of this user's sessions was ended: its sockets close.
    SessionRevoked {
        /// The session.
        session_id: SessionId,
    },
    /// This user's own profile changed.
    ProfileUpdated,

    /// A kind that this build does not know: a newer service wrote it. It still counts as a position.
    #[serde(untagged)]
    Unknown {
        /// The kind's name.
        kind: String,
    },
}

impl Change {
    /// The name under which the change is stored.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::ChatCreated => "CHAT_CREATED",
            Self::ChatUpdated => "CHAT_UPDATED",
            Self::ChatRemoved => "CHAT_REMOVED",
            Self::MessageAdded(_) => "MESSAGE_ADDED",
            Self::MessageUpdated(_) => "MESSAGE_UPDATED",
            Self::MessageRemoved(_) => "MESSAGE_REMOVED",
            Self::ParticipantsAdded { .. } => "PARTICIPANTS_ADDED",
            Self::ParticipantRemoved { .. } => "PARTICIPANT_REMOVED",
            Self::ParticipantRoleChanged { .. } => "PARTICIPANT_ROLE_CHANGED",
            Self::ChatAdded { .. } => "CHAT_ADDED",
            Self::ChatLeft { .. } => "CHAT_LEFT",
            Self::ReadMarkMoved { .. } => "READ_MARK_MOVED",
            Self::SessionRevoked { .. } => "SESSION_REVOKED",
            Self::ProfileUpdated => "PROFILE_UPDATED",
            Self::Unknown { kind } => kind,
        }
    }

    /// The message that the change is about. It is stored by reference: a feed never holds a message's text.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::MessageAdded(message)
            | Self::MessageUpdated(message)
            | Self::MessageRemoved(message) => Some(message),
            _ => None,
        }
    }

    /// The message's id, as stored beside the event.
    #[must_use]
    pub fn message_id(&self) -> Option<MessageId> {
        self.message().map(|message| message.id)
    }

    /// What is stored beside kind and message id.
    #[must_use]
    pub fn data(&self) -> Option<Value> {
        if self.message().is_some() {
            return None;
        }
        serde_json::to_value(self)
            .ok()?
            .get_mut("data")
            .map(Value::take)
    }

    /// Puts a change together again from what is stored, with the current state of the message it names.
    #[must_use]
    pub fn from_stored(kind: &str, data: Option<Value>, message: Option<Message>) -> Self {
        let unknown = || Self::Unknown {
            kind: kind.to_owned(),
        };
        match (kind, message) {
            ("MESSAGE_ADDED", Some(message)) => Self::MessageAdded(message),
            ("MESSAGE_UPDATED", Some(message)) => Self::MessageUpdated(message),
            ("MESSAGE_REMOVED", Some(message)) => Self::MessageRemoved(message),
            _ => {
                let tagged = match data {
                    Some(data) => json!({ "kind": kind, "data": data }),
                    None => json!({ "kind": kind }),
                };
                serde_json::from_value(tagged).unwrap_or_else(|_| unknown())
            }
        }
    }
}

/// The `prev` of a first event, as clients and cursors write it.
impl EventId {
    /// The id that stands for "no event".
    pub const NIL: Self = Self(Uuid::nil());
}
