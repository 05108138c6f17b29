//! One change of one user's reactions, and what becomes of it.

use shared_schema::{ChatId, Cursor, MessageId, ReactionGroup, UserId};

use super::emoji::Emoji;

/// What a user wants: to have a reaction, or not to have it.
#[derive(Clone, Debug)]
pub struct Toggle {
    pub user_id: UserId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub emoji: Emoji,
    /// Whether the user shall have the reaction.
    pub add: bool,
}

/// The state after a [`Toggle`].
#[derive(Clone, Debug)]
pub struct Toggled {
    pub group: ReactionGroup,
    /// The position right after the change, or right after the chat's newest event if nothing changed.
    pub cursor: Cursor,
}
