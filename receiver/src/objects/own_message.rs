//! Messages that the caller has written, as they see them from outside of a chat.

use async_graphql::{ComplexObject, Context, Result, SimpleObject, connection::PageInfo};
use shared_schema::{ChatId, Instant, MessageId, Number};

use super::chat::Chat;
use crate::db::own_messages::OwnMessageRow;

/// A page of the messages that the caller has written.
#[derive(SimpleObject)]
pub(crate) struct OwnMessageConnection {
    /// The messages, newest first.
    pub(crate) edges: Vec<OwnMessageEdge>,
    /// Information to aid in pagination. `endCursor` is the position up to which the messages were looked for, also on a page
    /// without messages.
    pub(crate) page_info: PageInfo,
    /// False if the service stopped looking because it took too long. Then the page may have few messages or none, and the list
    /// continues after `pageInfo.endCursor`.
    pub(crate) complete: bool,
    /// All messages that were sent after this time were looked at. Null if all messages were.
    pub(crate) searched_back_to: Option<Instant>,
}

/// A message that the caller has written.
#[derive(SimpleObject)]
pub(crate) struct OwnMessageEdge {
    /// A cursor for use in pagination
    pub(crate) cursor: String,
    /// The message.
    pub(crate) node: OwnMessage,
}

/// A message that the caller has written. It has nothing of others, so it can also be seen by its author when they have left the
/// chat: no message that it replies to, and no reactions.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct OwnMessage {
    /// The id of the message.
    id: MessageId,
    /// The id of the chat.
    chat_id: ChatId,
    /// The number of the message in the chat.
    number: Number,
    /// The id of the message whose thread it is a reply in. Null in the timeline.
    thread_root_id: Option<MessageId>,
    /// 1 for a new message; each edit counts.
    revision: i32,
    /// The text.
    content: String,
    /// When the message was sent.
    created_at: Instant,
    /// When the text was last changed. Null if it never was.
    edited_at: Option<Instant>,
}

impl From<OwnMessageRow> for OwnMessage {
    fn from(row: OwnMessageRow) -> Self {
        Self {
            id: row.id,
            chat_id: row.chat_id,
            number: row.number,
            thread_root_id: row.thread_root_id,
            revision: row.revision,
            content: row.content,
            created_at: row.created_at,
            edited_at: row.edited_at,
        }
    }
}

#[ComplexObject]
impl OwnMessage {
    /// The chat. Null if the caller has left it, or was removed from it.
    async fn chat(&self, context: &Context<'_>) -> Result<Option<Chat>> {
        let chat = Chat::seen_by_caller(context, self.chat_id).await?;
        Ok(chat.filter(Chat::is_of_caller))
    }
}
