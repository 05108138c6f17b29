//! What a user has set for a chat, for themselves.

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChatId, Number},
    instant::Instant,
};

/// Which messages of a chat a user is notified of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotificationLevel {
    /// All messages.
    #[default]
    All,
    /// Messages that mention the user, by name or by `@all`.
    Mentions,
    /// None.
    None,
}

impl NotificationLevel {
    /// The value stored in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Mentions => "MENTIONS",
            Self::None => "NONE",
        }
    }

    /// The level that is stored as `text`.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::All, Self::Mentions, Self::None]
            .into_iter()
            .find(|level| level.as_str() == text)
    }
}

/// What a user has set for a chat, for themselves and on all of their devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct ChatSettings {
    /// The id of the chat.
    pub chat_id: ChatId,
    /// Since when the chat is pinned: pinned chats stand first in the list, the one that was pinned last before the others. Null
    /// if it is not pinned.
    pub pinned_at: Option<Instant>,
    /// Until when the chat is muted: messages that do not mention the user do not notify them. A time in the year 9999 is for
    /// good. Null if it is not muted; so is a time that has passed.
    pub muted_until: Option<Instant>,
    /// The chat is archived as long as it has no message with a higher number, and longer while it is muted. Null if it is not
    /// archived.
    pub archived_up_to: Option<Number>,
    /// The user has marked the chat as unread from the message with this number on, for themselves: their read mark stays, and
    /// others see what they have read. Null if it is not marked.
    pub unread_from: Option<Number>,
    /// Which messages notify the user while the chat is not muted.
    pub notification_level: NotificationLevel,
}

impl ChatSettings {
    /// The settings of a chat for which nothing was set.
    #[must_use]
    pub fn none(chat_id: ChatId) -> Self {
        Self {
            chat_id,
            pinned_at: None,
            muted_until: None,
            archived_up_to: None,
            unread_from: None,
            notification_level: NotificationLevel::default(),
        }
    }
}
