//! Feed events as clients see them: one GraphQL type per kind of change.
//!
//! What an event of a chat's feed shows is the same for every viewer, so that it can be executed once for all of them.

use async_graphql::{ComplexObject, Context, Interface, Result, SimpleObject};
use chassis::Caller;
use shared_schema::{
    Change, ChatId, Event, EventId, Instant, Number, ParticipantRole, Seq, SessionId, User, UserId,
};

use super::{chat::Chat, message::Message, participant::Participant};
use crate::state::RequestContext;

/// A durable change, at its place in the feed of a chat or of a user.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "&EventId", desc = "The event's id."),
    field(
        name = "seq",
        ty = "&Seq",
        desc = "Its position in the feed: 1, 2, 3 and so on without holes."
    ),
    field(
        name = "at",
        ty = "&Instant",
        desc = "When it happened; strictly growing within a feed."
    ),
    field(
        name = "actor_id",
        ty = "&Option<UserId>",
        desc = "Who did it. Null for the system."
    )
)]
pub enum FeedEvent {
    /// A chat came to be.
    ChatCreated(ChatCreated),
    /// A chat was renamed or described.
    ChatUpdated(ChatUpdated),
    /// A chat was removed.
    ChatRemoved(ChatRemoved),
    /// A message was added.
    MessageAdded(MessageAdded),
    /// A message was edited.
    MessageUpdated(MessageUpdated),
    /// A message was removed.
    MessageRemoved(MessageRemoved),
    /// People joined.
    ParticipantsAdded(ParticipantsAdded),
    /// Someone left.
    ParticipantRemoved(ParticipantRemoved),
    /// A role changed.
    ParticipantRoleChanged(ParticipantRoleChanged),
    /// The user takes part in one more chat.
    ChatAdded(ChatAdded),
    /// The user takes part in one chat less.
    ChatLeft(ChatLeft),
    /// The user has read further.
    ReadMarkMoved(ReadMarkMoved),
    /// A session of the user has ended.
    SessionRevoked(SessionRevoked),
    /// The user's profile changed.
    ProfileUpdated(ProfileUpdated),
    /// Something newer than this server.
    UnknownEvent(UnknownEvent),
}

macro_rules! event {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        event!(@ () $(#[$doc])* $name { $($(#[$field_doc])* $field: $ty),* });
    };
    ($(#[$doc:meta])* $name:ident complex { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        event!(@ (#[graphql(complex)]) $(#[$doc])* $name { $($(#[$field_doc])* $field: $ty),* });
    };
    (@ ($($complex:tt)*) $(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        $($complex)*
        pub struct $name {
            /// The event's id.
            id: EventId,
            /// Its position in the feed: 1, 2, 3 and so on without holes.
            seq: Seq,
            /// When it happened; strictly growing within a feed.
            at: Instant,
            /// Who did it. Null for the system.
            actor_id: Option<UserId>,
            $($(#[$field_doc])* $field: $ty),*
        }
    };
}

event! {
    /// A chat came to be: the first event of its feed.
    ChatCreated complex {
        /// The chat.
        chat_id: ChatId,
    }
}
event! {
    /// A chat's name or description changed.
    ChatUpdated complex {
        /// The chat.
        chat_id: ChatId,
    }
}
event! {
    /// A chat was removed: the last event of its feed.
    ChatRemoved {
        /// The chat.
        chat_id: ChatId,
    }
}
event! {
    /// A message was added to a chat.
    MessageAdded {
        /// The message as it is now, which may be newer than the event: of two copies, take the higher revision.
        message: Message,
    }
}
event! {
    /// A message's text changed.
    MessageUpdated {
        /// The message as it is now.
        message: Message,
    }
}
event! {
    /// A message lost its content.
    MessageRemoved {
        /// What is left of it.
        message: Message,
    }
}
event! {
    /// People joined a chat or were added to it.
    ParticipantsAdded {
        /// Who, as they were at that moment.
        participants: Vec<Participant>,
    }
}
event! {
    /// Someone left a chat or was removed from it. To them it is the last event of the feed.
    ParticipantRemoved {
        /// The chat.
        chat_id: ChatId,
        /// Who.
        user_id: UserId,
    }
}
event! {
    /// Someone's role in a chat changed.
    ParticipantRoleChanged {
        /// The chat.
        chat_id: ChatId,
        /// Whose.
        user_id: UserId,
        /// The new role.
        role: ParticipantRole,
    }
}
event! {
    /// In a user's own feed: they now take part in a chat.
    ChatAdded complex {
        /// The chat.
        chat_id: ChatId,
    }
}
event! {
    /// In a user's own feed: they no longer take part in a chat, or it was removed.
    ChatLeft {
        /// The chat.
        chat_id: ChatId,
    }
}
event! {
    /// In a user's own feed: they have read further, on one of their devices.
    ReadMarkMoved {
        /// The chat.
        chat_id: ChatId,
        /// Every message up to and including this number is read.
        last_read_number: Number,
    }
}
event! {
    /// In a user's own feed: one of their sessions was ended. Its sockets are closed.
    SessionRevoked {
        /// The session.
        session_id: SessionId,
    }
}
event! {
    /// In a user's own feed: their public profile changed.
    ProfileUpdated complex {
        #[graphql(skip)]
        user_id: UserId,
    }
}
event! {
    /// A kind of change that this server does not know yet. It counts as a position; there is nothing to show.
    UnknownEvent {
        /// The kind's name.
        kind: String,
    }
}

#[ComplexObject]
impl ChatCreated {
    /// The chat as it is now. Null if it is gone meanwhile.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }
}

#[ComplexObject]
impl ChatUpdated {
    /// The chat as it is now. Null if it is gone meanwhile.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }
}

#[ComplexObject]
impl ChatAdded {
    /// The chat as it is now. Null if they have left again meanwhile.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }

    /// The user's own participation. Null if they have left again meanwhile.
    async fn participant(&self, context: &Context<'_>) -> Result<Option<Participant>> {
        let caller = Caller::of(context)?;
        let row = context
            .loaders()?
            .participant(self.chat_id, caller.user_id)
            .await?;
        Ok(row.map(|row| Participant::from(row.facts)))
    }

    /// How many of its messages they have not read, those that were removed aside.
    async fn unread_count(&self, context: &Context<'_>) -> Result<Number> {
        let user = Caller::of(context)?.user_id;
        let unread = context.loaders()?.unread(user, self.chat_id).await?;
        Ok(unread.unwrap_or_default())
    }
}

#[ComplexObject]
impl ProfileUpdated {
    /// The profile as it is now. Null once the account is gone.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.changed_user(self.user_id).await?)
    }
}

impl From<&Event> for FeedEvent {
    fn from(event: &Event) -> Self {
        let (id, seq, at, actor_id) = (event.id, event.seq, event.at, event.actor);
        let chat_id = event.feed.chat();
        match event.change.clone() {
            Change::ChatCreated => Self::ChatCreated(ChatCreated {
                id,
                seq,
                at,
                actor_id,
                chat_id,
            }),
            Change::ChatUpdated => Self::ChatUpdated(ChatUpdated {
                id,
                seq,
                at,
                actor_id,
                chat_id,
            }),
            Change::ChatRemoved => Self::ChatRemoved(ChatRemoved {
                id,
                seq,
                at,
                actor_id,
                chat_id,
            }),
            Change::MessageAdded(message) => Self::MessageAdded(MessageAdded {
                id,
                seq,
                at,
                actor_id,
                message: message.into(),
            }),
            Change::MessageUpdated(message) => Self::MessageUpdated(MessageUpdated {
                id,
                seq,
                at,
                actor_id,
                message: message.into(),
            }),
            Change::MessageRemoved(message) => Self::MessageRemoved(MessageRemoved {
                id,
                seq,
                at,
                actor_id,
                message: message.into(),
            }),
            Change::ParticipantsAdded { participants } => {
                let participants = participants.into_iter().map(Participant::from).collect();
                Self::ParticipantsAdded(ParticipantsAdded {
                    id,
                    seq,
                    at,
                    actor_id,
                    participants,
                })
            }
            Change::ParticipantRemoved { user_id } => {
                Self::ParticipantRemoved(ParticipantRemoved {
                    id,
                    seq,
                    at,
                    actor_id,
                    chat_id,
                    user_id,
                })
            }
            Change::ParticipantRoleChanged { user_id, role } => {
                Self::ParticipantRoleChanged(ParticipantRoleChanged {
                    id,
                    seq,
                    at,
                    actor_id,
                    chat_id,
                    user_id,
                    role,
                })
            }
            Change::ChatAdded { chat_id, .. } => Self::ChatAdded(ChatAdded {
                id,
                seq,
                at,
                actor_id,
                chat_id,
            }),
            Change::ChatLeft { chat_id, .. } => Self::ChatLeft(ChatLeft {
                id,
                seq,
                at,
                actor_id,
                chat_id,
            }),
            Change::ReadMarkMoved {
                chat_id,
                last_read_number,
            } => Self::ReadMarkMoved(ReadMarkMoved {
                id,
                seq,
                at,
                actor_id,
                chat_id,
                last_read_number,
            }),
            Change::SessionRevoked { session_id } => Self::SessionRevoked(SessionRevoked {
                id,
                seq,
                at,
                actor_id,
                session_id,
            }),
            Change::ProfileUpdated => {
                let user_id = UserId(event.feed.0);
                Self::ProfileUpdated(ProfileUpdated {
                    id,
                    seq,
                    at,
                    actor_id,
                    user_id,
                })
            }
            Change::Unknown { kind } => Self::UnknownEvent(UnknownEvent {
                id,
                seq,
                at,
                actor_id,
                kind,
            }),
        }
    }
}
