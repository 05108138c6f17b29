//! A message that a client wants to send, before it is stored.

use std::sync::Arc;

use shared_schema::{ChatId, MessageId, UserId};

use super::content::Content;
use crate::{limits::Permit, mentions::tokens::MentionTokens};

/// A message that a client wants to send.
pub struct Draft {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub sender_id: UserId,
    pub content: Content,
    /// The places of the text that may mention somebody.
    pub mention_tokens: MentionTokens,
    pub reply_to_id: Option<MessageId>,
    /// The message in whose thread this is to be a reply: its root, or any other reply in it. None in the timeline.
    pub thread_root_id: Option<MessageId>,
    /// Tells a retry from another request with the same id.
    pub request_hash: Vec<u8>,
    pub permit: Arc<Permit>,
}
