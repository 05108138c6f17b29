//! Who may read what of a chat: the one rule for queries. Live delivery has another one, which is simpler: see
//! [`Participation`](super::participation::Participation).

use async_graphql::Context;
use shared_schema::{ChatId, ChatKind};

/// What someone may see of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// They take part: everything, also live.
    Participant,
    /// They have never taken part in this public chat: its messages and its first participants, to decide whether to join.
    /// Nothing live.
    Visitor,
    /// They left this public chat, or were removed from it: that it is there, so that they can join again. Nothing of what
    /// is said in it, nor by whom.
    Former,
}

impl Access {
    /// What may be seen of a chat of this kind by someone who takes part, who used to, or who never did. None if they may
    /// not know that the chat is there, and for everyone if it was removed.
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

/// What someone's row in a chat says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParticipationStatus {
    /// There is a row, and it has not ended.
    TakesPart,
    /// There is a row, and it has ended.
    TookPart,
    /// There is no row.
    Never,
}

/// Data of a request that runs for everyone who may read a chat's messages: each of them was found to be allowed to
/// ([`Access::reads`]), whether they take part or only look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreauthorizedChat(pub(crate) ChatId);

impl PreauthorizedChat {
    /// Whether this request runs for everyone who may read this chat.
    #[must_use]
    pub(crate) fn covers(context: &Context<'_>, chat_id: ChatId) -> bool {
        context
            .data_opt::<Self>()
            .is_some_and(|preauthorized| preauthorized.0 == chat_id)
    }
}
