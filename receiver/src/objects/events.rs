//! Feed events as clients see them: one GraphQL type per kind of change, and one entry of the table per type.
//!
//! What an event of a chat's feed shows is the same for every viewer, so that it can be executed once for all of them.

use async_graphql::{ComplexObject, Context, Interface, Result, SimpleObject};
use chassis::Caller;
use shared_schema::{
    Change, ChatId, Event, EventId, FeedRef, Instant, Number, ParticipantRole, Seq, SessionId,
    User, UserId,
};

use super::{chat::Chat, message::Message, participant::Participant};
use crate::state::RequestContext;

/// One type of event: what all of them have, and what it adds. With `complex` some of its fields are computed.
macro_rules! event {
    ([] $(#[$doc:meta])* $name:ident { $($fields:tt)* }) => {
        event!(@ () $(#[$doc])* $name { $($fields)* });
    };
    ([complex] $(#[$doc:meta])* $name:ident { $($fields:tt)* }) => {
        event!(@ (#[graphql(complex)]) $(#[$doc])* $name { $($fields)* });
    };
    (@ ($($complex:tt)*) $(#[$doc:meta])* $name:ident { $($fields:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        $($complex)*
        pub(crate) struct $name {
            /// The event's id.
            id: EventId,
            /// Its position in the feed: 1, 2, 3 and so on without holes.
            seq: Seq,
            /// When it happened; strictly growing within a feed.
            at: Instant,
            /// Who did it. Null for the system.
            actor_id: Option<UserId>,
            $($fields)*
        }
    };
}

/// One entry per kind of change, under the kind of feed it happens in, whose id the entry may use: the pattern of what the
/// change carries, and the type's fields, which are what the pattern has of that name, or what stands behind the `=`.
macro_rules! feed_events {
    ($(
        in $feed:ident($feed_id:ident) {
            $(
                $(#[$doc:meta])*
                $([$complex:ident])? $name:ident $(($message:ident))? $({ $($carried:tt)* })? => {
                    $($(#[$field_attr:meta])* $field:ident: $ty:ty $(= $value:expr)?,)+
                }
            )+
        }
    )+) => {
        $($(event! {
            [$($complex)?] $(#[$doc])* $name { $($(#[$field_attr])* $field: $ty,)+ }
        })+)+

        event! {
            []
            /// A kind of change that this server does not know yet. It counts as a position; there is nothing to show.
            UnknownEvent {
                /// The kind's name.
                kind: String,
            }
        }

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
        pub(crate) enum FeedEvent {
            $($($(#[$doc])* $name($name),)+)+
            /// Something newer than this server.
            UnknownEvent(UnknownEvent),
        }

        impl From<&Event> for FeedEvent {
            fn from(event: &Event) -> Self {
                let (id, seq, at, actor_id) = (event.id, event.seq, event.at, event.actor);
                match (event.change.clone(), event.feed) {
                    $($((Change::$name $(($message))? $({ $($carried)* })?, FeedRef::$feed($feed_id)) => {
                        let _ = $feed_id;
                        Self::$name($name { id, seq, at, actor_id, $($field: feed_events!(@value $field $($value)?),)+ })
                    })+)+
                    // A change in the feed of something else is nothing that a writer of ours does.
                    $($((Change::$name { .. }, _) => {
                        let kind = event.change.kind().to_owned();
                        Self::UnknownEvent(UnknownEvent { id, seq, at, actor_id, kind })
                    })+)+
                    (Change::Unknown { kind }, _) => {
                        Self::UnknownEvent(UnknownEvent { id, seq, at, actor_id, kind })
                    }
                }
            }
        }
    };
    (@value $field:ident) => { $field };
    (@value $field:ident $value:expr) => { $value };
}

feed_events! {
    in Chat(chat_id) {
        /// A chat came to be: the first event of its feed.
        [complex] ChatCreated => {
            /// The chat.
            chat_id: ChatId,
        }
        /// A chat's name or description changed.
        [complex] ChatUpdated => {
            /// The chat.
            chat_id: ChatId,
        }
        /// A chat was removed: the last event of its feed.
        ChatRemoved => {
            /// The chat.
            chat_id: ChatId,
        }
        /// A message was added to a chat.
        MessageAdded(message) => {
            /// The message as it is now, which may be newer than the event: of two copies, take the higher revision.
            message: Message = message.into(),
        }
        /// A message's text changed.
        MessageUpdated(message) => {
            /// The message as it is now.
            message: Message = message.into(),
        }
        /// A message lost its content.
        MessageRemoved(message) => {
            /// What is left of it.
            message: Message = message.into(),
        }
        /// People joined a chat or were added to it.
        ParticipantsAdded { participants } => {
            /// Who, as they were at that moment.
            participants: Vec<Participant> = participants.into_iter().map(Participant::from).collect(),
        }
        /// Someone left a chat or was removed from it. To them it is the last event of the feed.
        ParticipantRemoved { user_id } => {
            /// The chat.
            chat_id: ChatId,
            /// Who.
            user_id: UserId,
        }
        /// Someone's role in a chat changed.
        ParticipantRoleChanged { user_id, role } => {
            /// The chat.
            chat_id: ChatId,
            /// Whose.
            user_id: UserId,
            /// The new role.
            role: ParticipantRole,
        }
    }
    in User(user_id) {
        /// In a user's own feed: they now take part in a chat.
        [complex] ChatAdded { chat_id, .. } => {
            /// The chat.
            chat_id: ChatId,
        }
        /// In a user's own feed: they no longer take part in a chat, or it was removed.
        ChatLeft { chat_id, .. } => {
            /// The chat.
            chat_id: ChatId,
        }
        /// In a user's own feed: they have read further, on one of their devices.
        ReadMarkMoved { chat_id, last_read_number } => {
            /// The chat.
            chat_id: ChatId,
            /// Every message up to and including this number is read.
            last_read_number: Number,
        }
        /// In a user's own feed: one of their sessions was ended. Its sockets are closed.
        SessionRevoked { session_id } => {
            /// The session.
            session_id: SessionId,
        }
        /// In a user's own feed: their public profile changed.
        [complex] ProfileUpdated => {
            #[graphql(skip)]
            user_id: UserId,
        }
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
