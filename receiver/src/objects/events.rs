//! Feed events as clients see them: one GraphQL type per kind of change, and one entry of the table per type.
//!
//! What an event of a chat's feed shows is the same for every viewer, so that it can be executed once for all of them.

use async_graphql::{ComplexObject, Context, Interface, Result, SimpleObject};
use chassis::Caller;
use shared_schema::{
    Change, ChatId, ChatSettings, Draft, Event, EventId, FeedRef, Instant, MessageId, Number,
    ParticipantRole, Seq, SessionId, User, UserId,
};

use super::{chat::Chat, message::Message, participant::Participant, reaction::ReactionGroup};
use crate::state::RequestContext;

/// One type of event: the fields of all events, and its own. With `complex`, some of its fields are computed.
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
            /// The id of the event.
            id: EventId,
            /// The event's position in its feed: 1, 2, 3 and so on without gaps.
            seq: Seq,
            /// When the event happened. The times in a feed strictly increase.
            at: Instant,
            /// The id of the user who caused the event. Null if the system did.
            actor_id: Option<UserId>,
            $($fields)*
        }
    };
}

/// One entry per kind of change, under the kind of feed in which it happens, whose id the entry may use. An entry
/// consists of the pattern of the change and the fields of the type. A field takes its value from the variable of the
/// same name in the pattern, or from the expression after the `=`.
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
            /// An event of a kind that this server does not know yet. Treat it as a position in the feed; there is
            /// nothing to show.
            UnknownEvent {
                /// The name of the kind.
                kind: String,
            }
        }

        /// A durable change, recorded at a position in the feed of a chat or of a user.
        #[derive(Clone, Debug, Interface)]
        #[graphql(
            field(name = "id", ty = "&EventId", desc = "The id of the event."),
            field(
                name = "seq",
                ty = "&Seq",
                desc = "The event's position in its feed: 1, 2, 3 and so on without gaps."
            ),
            field(
                name = "at",
                ty = "&Instant",
                desc = "When the event happened. The times in a feed strictly increase."
            ),
            field(
                name = "actor_id",
                ty = "&Option<UserId>",
                desc = "The id of the user who caused the event. Null if the system did."
            )
        )]
        pub(crate) enum FeedEvent {
            $($($(#[$doc])* $name($name),)+)+
            /// A kind of event that is newer than this server.
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
        /// A chat was created. Always the first event of a chat's feed.
        [complex] ChatCreated => {
            /// The id of the chat.
            chat_id: ChatId,
        }
        /// The name or the description of a chat changed.
        [complex] ChatUpdated => {
            /// The id of the chat.
            chat_id: ChatId,
        }
        /// A chat was removed. Always the last event of a chat's feed.
        ChatRemoved => {
            /// The id of the chat.
            chat_id: ChatId,
        }
        /// A message was added to a chat.
        MessageAdded(message) => {
            /// The message in its current state, which may be newer than the event. Of two copies, keep the one with
            /// the higher revision.
            message: Message = message.into(),
        }
        /// The text of a message was edited.
        MessageUpdated(message) => {
            /// The message in its current state.
            message: Message = message.into(),
        }
        /// A message was removed: it lost its content and keeps its number.
        MessageRemoved(message) => {
            /// The message without its content.
            message: Message = message.into(),
        }
        /// A message was pinned: the chat keeps it at hand. Its place in `Chat.pinnedMessages` is the first. That a pinned message
        /// was removed implies that it is unpinned: there is no event of its own for that.
        MessagePinned(message) => {
            /// The message in its current state.
            message: Message = message.into(),
        }
        /// A message was unpinned.
        MessageUnpinned(message) => {
            /// The message in its current state.
            message: Message = message.into(),
        }
        /// A user added a reaction to a message, chose another skin tone, or removed the reaction. That a message was
        /// removed implies that its reactions are gone: there is no event of this type for them.
        ReactionChanged { message_id, variant, added, group } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The id of the message.
            message_id: MessageId,
            /// The emoji as the user chose it, with its skin tone; the one they had chosen if they removed it.
            variant: String,
            /// Whether the user (`actorId`) has this reaction now.
            added: bool,
            /// All reactions with this emoji on the message after the change. Its `count` is 0 if there are none.
            reaction_group: ReactionGroup = ReactionGroup::of(chat_id, message_id, group),
        }
        /// Users joined a chat or were added to it.
        ParticipantsAdded { participants } => {
            /// The new participants as they were at that moment.
            participants: Vec<Participant> = participants.into_iter().map(Participant::from).collect(),
        }
        /// A user left a chat or was removed from it. For that user, it is the last event of the chat's feed.
        ParticipantRemoved { user_id } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The id of the user.
            user_id: UserId,
        }
        /// The role of a participant changed.
        ParticipantRoleChanged { user_id, role } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The id of the participant.
            user_id: UserId,
            /// The participant's new role.
            role: ParticipantRole,
        }
    }
    in User(user_id) {
        /// In a user's own feed: the user became a participant of a chat.
        [complex] ChatAdded { chat_id, .. } => {
            /// The id of the chat.
            chat_id: ChatId,
        }
        /// In a user's own feed: the user is no longer a participant of a chat, or the chat was removed.
        ChatLeft { chat_id, .. } => {
            /// The id of the chat.
            chat_id: ChatId,
        }
        /// In a user's own feed: the user's read mark in a chat moved forward, on any of their devices.
        ReadMarkMoved { chat_id, last_read_number } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The user has read every message up to and including this number.
            last_read_number: Number,
        }
        /// In a user's own feed: the user follows a thread now, does not follow it any longer, or has read replies in it, on any
        /// of their devices. Replying has no event of this type: the `MessageAdded` of a reply implies that its sender follows
        /// the thread and has read it up to the reply, and that of the first reply that the author of the root follows it,
        /// unless something is known of them already. The two feeds may arrive in any order, and the mark tells which is
        /// newer: ignore an event whose `lastReadNumber` is below the known mark, and an own reply whose `number` is not
        /// above it.
        ThreadFollowChanged { chat_id, root_id, following, last_read_number } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The id of the message whose thread it is.
            root_id: MessageId,
            /// Whether the user follows the thread.
            following: bool,
            /// The user has read every reply up to and including this number.
            last_read_number: Number,
        }
        /// In a user's own feed: what the user has set for a chat changed, on any of their devices.
        ChatSettingsChanged { settings } => {
            /// All that the user has set for the chat, after the change.
            settings: ChatSettings,
        }
        /// In a user's own feed: the user has begun to write something, has written more of it, or has sent or discarded it, on
        /// any of their devices.
        [complex] DraftChanged { chat_id, thread_root_id } => {
            /// The id of the chat.
            chat_id: ChatId,
            /// The id of the message in whose thread they write. Null if it is in none.
            thread_root_id: Option<MessageId>,
            #[graphql(skip)]
            user_id: UserId,
        }
        /// In a user's own feed: one of the user's sessions ended. Its sockets are closed.
        SessionRevoked { session_id } => {
            /// The id of the session that ended.
            session_id: SessionId,
        }
        /// In a user's own feed: the user's public profile changed.
        [complex] ProfileUpdated => {
            #[graphql(skip)]
            user_id: UserId,
        }
    }
}

#[ComplexObject]
impl ChatCreated {
    /// The chat in its current state. Null if it has been removed since.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }
}

#[ComplexObject]
impl ChatUpdated {
    /// The chat in its current state. Null if it has been removed since.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }
}

#[ComplexObject]
impl ChatAdded {
    /// The chat in its current state. Null if the user is no longer a participant.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        Chat::seen_by_caller(context, self.chat_id).await
    }

    /// The user's participation in the chat. Null if the user is no longer a participant.
    async fn participant(&self, context: &Context<'_>) -> Result<Option<Participant>> {
        let caller = Caller::of(context)?;
        let row = context
            .loaders()?
            .participant(self.chat_id, caller.user_id)
            .await?;
        Ok(row.map(|row| Participant::from(row.facts)))
    }

    /// The number of messages in the chat that the user has not read and that have not been removed, without the user's own
    /// replies in threads.
    async fn unread_count(&self, context: &Context<'_>) -> Result<Number> {
        let user = Caller::of(context)?.user_id;
        let unread = context.loaders()?.unread(user, self.chat_id).await?;
        Ok(unread.unwrap_or_default())
    }
}

#[ComplexObject]
impl DraftChanged {
    /// The draft in its current state, which may be newer than the event. Null if it was sent or discarded.
    async fn draft(&self, context: &Context<'_>) -> Result<Option<Draft>> {
        let place = (self.chat_id, self.thread_root_id);
        Ok(context.loaders()?.draft(self.user_id, place).await?)
    }
}

#[ComplexObject]
impl ProfileUpdated {
    /// The current profile. Null if the account no longer exists.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.changed_user(self.user_id).await?)
    }
}
