//! Feed events: the durable changes, in the one form in which they are stored, published and read.
//!
//! A kind of event is one entry of the table at the end of this file. The enum, the name, how it is stored and read, and
//! which message it is about follow from the entry.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    chat_settings::ChatSettings,
    cursor::Cursor,
    feed_ref::FeedRef,
    ids::{ChatId, EventId, MessageId, Number, Seq, SessionId, UserId},
    instant::Instant,
    message::Message,
    participant::{Participant, ParticipantRole},
    reaction::ReactionGroup,
};

/// One entry of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyEvent")]
pub struct Event {
    /// The feed it belongs to.
    #[serde(flatten, serialize_with = "write_feed")]
    pub feed: FeedRef,
    /// Its position there.
    pub seq: Seq,
    /// Its id.
    pub id: EventId,
    /// The id of the event before it; none for the first.
    pub prev: Option<EventId>,
    /// When it happened: the database's clock, strictly growing within a feed.
    pub at: Instant,
    /// The user who caused it; none for the system.
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

/// The kind of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind {
    /// A chat's feed.
    Chat,
    /// A user's own feed.
    User,
}

/// The value of `feed_kind` in the feeds of users. Those of chats, where nearly all events are, go without.
const USER: &str = "USER";

/// The id stands in `feed`, where builds that know nothing of kinds of feeds look for it.
fn write_feed<S: Serializer>(feed: &FeedRef, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_map(None)?;
    fields.serialize_entry("feed", &feed.id())?;
    if matches!(feed, FeedRef::User(_)) {
        fields.serialize_entry("feed_kind", USER)?;
    }
    fields.end()
}

/// An event of any build, of which this one may know neither the kind nor all fields.
#[derive(Deserialize)]
struct AnyEvent {
    feed: Uuid,
    feed_kind: Option<String>,
    seq: Seq,
    id: EventId,
    prev: Option<EventId>,
    at: Instant,
    actor: Option<UserId>,
    kind: String,
    data: Option<Value>,
}

impl From<AnyEvent> for Event {
    fn from(any: AnyEvent) -> Self {
        // Builds that do not write the kind of the feed write no kind of event that this one does not know.
        let of_user = match any.feed_kind {
            Some(kind) => kind == USER,
            None => Change::feed_of(&any.kind) == Some(FeedKind::User),
        };
        Self {
            feed: if of_user {
                UserId(any.feed).into()
            } else {
                ChatId(any.feed).into()
            },
            seq: any.seq,
            id: any.id,
            prev: any.prev,
            at: any.at,
            actor: any.actor,
            change: Change::read(any.kind, any.data, None),
        }
    }
}

/// One entry per kind of event: the kind of feed it happens in, its name here with what it carries, and its name where it
/// is stored and on the wire.
///
/// What an entry carries is nothing, fields, or a message. A message is never stored with the event, but by its id, so
/// that a feed holds no text: a removed message's text is then gone from everywhere. Fields must hold no text of a message.
macro_rules! changes {
    ($(
        $(#[$doc:meta])*
        $feed:ident: $name:ident $(($message:ident))? $({ $($(#[$field_doc:meta])* $field:ident: $ty:ty,)+ })?
            = $kind:literal;
    )+) => {
        /// What changed.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum Change {
            $(
                $(#[$doc])*
                #[serde(rename = $kind)]
                $name $(($message))? $({ $($(#[$field_doc])* $field: $ty,)+ })?,
            )+

            /// A kind that this build does not know: a newer service wrote it. It still counts as a position.
            #[serde(untagged)]
            Unknown {
                /// The kind's name.
                kind: String,
            },
        }

        impl Change {
            /// The names of all kinds that this build knows.
            pub const KINDS: &[&str] = &[$($kind),+];

            /// The name under which the change is stored.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$name { .. } => $kind,)+
                    Self::Unknown { kind } => kind,
                }
            }

            /// What feeds a kind of event happens in; none if this build does not know the kind.
            #[must_use]
            pub fn feed_of(kind: &str) -> Option<FeedKind> {
                match kind {
                    $($kind => Some(FeedKind::$feed),)+
                    _ => None,
                }
            }

            /// The message that the change is about. It is stored by reference: a feed never holds a message's text.
            #[must_use]
            pub fn message(&self) -> Option<&Message> {
                match self {
                    $(Self::$name { .. } => changes!(@message self $name $($message)?),)+
                    Self::Unknown { .. } => None,
                }
            }

            /// The message that the change is about, to replace it by a newer state or to remove its text.
            #[must_use]
            pub fn message_mut(&mut self) -> Option<&mut Message> {
                match self {
                    $(Self::$name { .. } => changes!(@message self $name $($message)?),)+
                    Self::Unknown { .. } => None,
                }
            }

            /// Puts a change together from what a build of any age wrote. None if this build cannot read it.
            fn known(kind: &str, data: Option<Value>, message: Option<Message>) -> Option<Self> {
                match kind {
                    $($kind => changes!(@read data message $name $(($message))? $({ $($field: $ty,)+ })?),)+
                    _ => None,
                }
            }
        }
    };
    (@message $change:ident $name:ident) => { None };
    (@message $change:ident $name:ident Message) => {
        if let Self::$name(message) = $change { Some(message) } else { None }
    };
    (@read $data:ident $stored:ident $name:ident) => { Some(Self::$name) };
    (@read $data:ident $stored:ident $name:ident (Message)) => {
        $stored.or_else(|| serde_json::from_value($data?).ok()).map(Self::$name)
    };
    (@read $data:ident $stored:ident $name:ident { $($field:ident: $ty:ty,)+ }) => {{
        #[derive(Deserialize)]
        struct Fields {
            $($field: $ty,)+
        }
        let Fields { $($field),+ } = serde_json::from_value($data?).ok()?;
        Some(Self::$name { $($field),+ })
    }};
}

impl Change {
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

    /// Restores a change from its stored form, with the current state of the message that it refers to.
    #[must_use]
    pub fn from_stored(kind: &str, data: Option<Value>, message: Option<Message>) -> Self {
        Self::read(kind.to_owned(), data, message)
    }

    fn read(kind: String, data: Option<Value>, message: Option<Message>) -> Self {
        Self::known(&kind, data, message).unwrap_or(Self::Unknown { kind })
    }
}

/// A change by itself, as it stands in an event.
impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct AnyChange {
            kind: String,
            data: Option<Value>,
        }
        let AnyChange { kind, data } = AnyChange::deserialize(deserializer)?;
        Ok(Self::read(kind, data, None))
    }
}

changes! {
    /// The chat was created; always the first event of its feed.
    Chat: ChatCreated = "CHAT_CREATED";
    /// The chat's name or description changed.
    Chat: ChatUpdated = "CHAT_UPDATED";
    /// The chat was removed; always the last event of its feed.
    Chat: ChatRemoved = "CHAT_REMOVED";
    /// A message was added.
    Chat: MessageAdded(Message) = "MESSAGE_ADDED";
    /// A message's text changed.
    Chat: MessageUpdated(Message) = "MESSAGE_UPDATED";
    /// A message lost its content.
    Chat: MessageRemoved(Message) = "MESSAGE_REMOVED";
    /// A message was pinned.
    Chat: MessagePinned(Message) = "MESSAGE_PINNED";
    /// A message was unpinned.
    Chat: MessageUnpinned(Message) = "MESSAGE_UNPINNED";
    /// A user added, changed or removed a reaction.
    Chat: ReactionChanged {
        /// The message.
        message_id: MessageId,
        /// The emoji as the user chose it, or had chosen it.
        variant: String,
        /// Whether the user has this reaction now.
        added: bool,
        /// All reactions with this emoji on the message, after the change.
        group: ReactionGroup,
    } = "REACTION_CHANGED";
    /// Users joined or were added.
    Chat: ParticipantsAdded {
        /// The new participants, as they were at that moment.
        participants: Vec<Participant>,
    } = "PARTICIPANTS_ADDED";
    /// A user left or was removed. They receive nothing after this event.
    Chat: ParticipantRemoved {
        /// The user.
        user_id: UserId,
    } = "PARTICIPANT_REMOVED";
    /// The role of a participant changed.
    Chat: ParticipantRoleChanged {
        /// The participant.
        user_id: UserId,
        /// The new role.
        role: ParticipantRole,
    } = "PARTICIPANT_ROLE_CHANGED";
    /// This user now takes part in a chat.
    User: ChatAdded {
        /// The chat.
        chat_id: ChatId,
        /// The position in the chat's feed of the event that added them.
        joined_seq: Seq,
        /// That event's id.
        joined_event: EventId,
    } = "CHAT_ADDED";
    /// This user no longer takes part in a chat, or the chat is gone.
    User: ChatLeft {
        /// The chat.
        chat_id: ChatId,
        /// The position in the chat's feed of the event that ended it.
        left_seq: Seq,
    } = "CHAT_LEFT";
    /// This user has read up to a message, on one of their devices.
    User: ReadMarkMoved {
        /// The chat.
        chat_id: ChatId,
        /// Everything up to this number is read.
        last_read_number: Number,
    } = "READ_MARK_MOVED";
    /// This user follows a thread, does not follow it any longer, or has read up to one of its replies, on one of their
    /// devices.
    User: ThreadFollowChanged {
        /// The chat.
        chat_id: ChatId,
        /// The message that the thread is about.
        root_id: MessageId,
        /// Whether they follow the thread now.
        following: bool,
        /// Every reply up to this number is read.
        last_read_number: Number,
    } = "THREAD_FOLLOW_CHANGED";
    /// What this user has set for a chat changed, on one of their devices.
    User: ChatSettingsChanged {
        /// All of it, after the change.
        settings: ChatSettings,
    } = "CHAT_SETTINGS_CHANGED";
    /// This user has begun to write something, has written more of it, or has sent or discarded it, on one of their devices. What
    /// they have written is not told: it is stored as a draft until it is sent.
    User: DraftChanged {
        /// The chat.
        chat_id: ChatId,
        /// The message in whose thread they write; none in the chat itself.
        thread_root_id: Option<MessageId>,
    } = "DRAFT_CHANGED";
    /// One of this user's sessions was ended: its sockets close.
    User: SessionRevoked {
        /// The session.
        session_id: SessionId,
    } = "SESSION_REVOKED";
    /// This user's own profile changed.
    User: ProfileUpdated = "PROFILE_UPDATED";
}
