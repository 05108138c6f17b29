//! Messages that a search found.

use async_graphql::{SimpleObject, connection::PageInfo};
use shared_schema::Instant;

use super::message::Message;

/// A page of the messages that a search found.
#[derive(SimpleObject)]
pub(crate) struct MessageSearchConnection {
    /// The messages, newest first.
    pub(crate) edges: Vec<MessageSearchEdge>,
    /// Information to aid in pagination. `endCursor` is the position up to which the search went, also on a page without
    /// messages.
    pub(crate) page_info: PageInfo,
    /// False if the search stopped because it took too long. Then the page may have few messages or none, and the search
    /// continues after `pageInfo.endCursor`.
    pub(crate) complete: bool,
    /// All messages that were sent after this time were searched. Null if all messages were.
    pub(crate) searched_back_to: Option<Instant>,
}

/// A message that a search found.
#[derive(SimpleObject)]
pub(crate) struct MessageSearchEdge {
    /// A cursor for use in pagination
    pub(crate) cursor: String,
    /// The message.
    pub(crate) node: Message,
    /// Where the words of the search are in the message's `content`, in ascending order and without overlaps: at most 100.
    pub(crate) highlights: Vec<TextRange>,
}

/// A part of a text.
#[derive(SimpleObject)]
pub(crate) struct TextRange {
    /// Where it starts: the number of UTF-16 code units before it.
    pub(crate) start: i32,
    /// Its length in UTF-16 code units.
    pub(crate) length: i32,
}
