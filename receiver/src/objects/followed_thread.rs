//! Threads that the caller follows.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chassis::Error;
use shared_schema::Number;

use super::{chat::Chat, message::Thread};
use crate::db::thread_follows::FollowedThreadRow;

/// A list of threads that the caller follows.
pub(crate) type FollowedThreadConnection =
    Connection<String, FollowedThread, EmptyFields, EmptyFields>;

/// A thread that the caller follows.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct FollowedThread {
    /// The thread.
    thread: Thread,
    /// Whether the caller follows the thread. Always true in the result of `followedThreads`.
    following: bool,
    /// The caller's read mark in the thread: they have read every reply up to and including this number. Where their read mark
    /// in the chat is further, the thread is read up to there.
    last_read_number: Number,
    /// The number of replies that the caller has not read and that have not been removed. 0 if the caller has no unread
    /// messages in the chat. At most 10,000 removed replies are subtracted.
    unread_count: Number,
}

impl From<FollowedThreadRow> for FollowedThread {
    fn from(row: FollowedThreadRow) -> Self {
        Self {
            thread: Thread::of(row.thread, row.root.into()),
            following: true,
            last_read_number: row.last_read_number,
            unread_count: row.unread_count.max(0),
        }
    }
}

#[ComplexObject]
impl FollowedThread {
    /// The chat that the thread is in.
    async fn chat(&self, context: &Context<'_>) -> Result<Chat> {
        let (chat, _) = self.thread.key();
        let chat = Chat::seen_by_caller(context, chat).await?;
        // It was there when the list was read.
        Ok(chat.ok_or_else(|| Error::not_found("chat"))?)
    }
}
