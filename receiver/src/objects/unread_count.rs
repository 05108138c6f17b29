//! The number of unread messages in one chat.

use async_graphql::SimpleObject;
use shared_schema::{ChatId, Number};

use crate::db::chats::UnreadRow;

/// The number of unread messages in one chat, and what it is computed from.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UnreadCount {
    /// The id of the chat.
    chat_id: ChatId,
    /// The number of messages after the caller's read mark that have not been removed and are not the caller's own replies in
    /// threads. At most 10,000 such messages are subtracted.
    unread_count: Number,
    /// The caller's read mark: the caller has read every message up to and including this number.
    last_read_number: Number,
    /// The number of messages ever added to the chat, which is also the number of the newest message.
    message_count: Number,
}

impl From<UnreadRow> for UnreadCount {
    fn from(row: UnreadRow) -> Self {
        Self {
            chat_id: row.chat_id,
            unread_count: row.unread_count.max(0),
            last_read_number: row.last_read_number,
            message_count: row.message_count,
        }
    }
}
