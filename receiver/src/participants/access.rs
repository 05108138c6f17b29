//! What a user may read of a chat: the one rule for queries. Live delivery has a simpler one: see
//! [`Participation`](super::participation::Participation).

use async_graphql::Context;
use shared_schema::{ChatId, ChatKind};

/// What a user may see of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A participant may see everything, also live.
    Participant,
    /// A user who has never been a participant of this public chat may see its messages and its first participants, to
    /// decide whether to join. Nothing live.
    Visitor,
    /// A user who left this public chat or was removed from it may see that it exists, so that they can join again, but
    /// neither its messages nor their senders.
    Former,
}

impl Access {
    /// What may be seen of a chat of this kind by a user with this status. None if the user may not know that the chat
    /// exists, and for everyone if it was removed.
    #[must_use]
    pub(crate) fn decide(
        kind: ChatKind,
        is_removed: bool,
        status: ParticipationStatus,
    ) -> Option<Self> {
        match (status, kind) {
            _ if is_removed => None,
            (ParticipationStatus::TakesPart, _) => Some(Self::Participant),
            (ParticipationStatus::TookPart, ChatKind::Public) => Some(Self::Former),
            (ParticipationStatus::Never, ChatKind::Public) => Some(Self::Visitor),
            (_, ChatKind::Direct | ChatKind::Group) => None,
        }
    }

    /// Whether the chat's messages may be read.
    #[must_use]
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Participant | Self::Visitor)
    }
}

/// The status of a user in a chat, according to their row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParticipationStatus {
    /// There is a row, and it has not ended.
    TakesPart,
    /// There is a row, and it has ended.
    TookPart,
    /// There is no row.
    Never,
}

/// Marks a request that is executed for everyone who may read a chat's messages. Each of its readers has been
/// authorized ([`Access::reads`]), as a participant or as a visitor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreauthorizedChat(pub(crate) ChatId);

impl PreauthorizedChat {
    /// Whether this request is executed for everyone who may read this chat.
    #[must_use]
    pub(crate) fn covers(context: &Context<'_>, chat_id: ChatId) -> bool {
        context
            .data_opt::<Self>()
            .is_some_and(|preauthorized| preauthorized.0 == chat_id)
    }
}
