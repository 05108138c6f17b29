//! What a user has begun to write.

use async_graphql::SimpleObject;

use crate::{
    ids::{ChatId, MessageId},
    instant::Instant,
};

/// What a user has begun to write and has not sent, on whichever of their devices. Nobody else can read it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct Draft {
    /// The id of the chat.
    pub chat_id: ChatId,
    /// The id of the message in whose thread it is written. Null if it is in none.
    pub thread_root_id: Option<MessageId>,
    /// The text: 1 to 5,000 characters.
    pub content: String,
    /// When the text was stored.
    pub updated_at: Instant,
}
