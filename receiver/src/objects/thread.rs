//! Threads: a message and the replies to it, as a view of its chat.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use chassis::{Error, graphql::AnswerBudget};
use shared_schema::{ChatId, Instant, MessageId, Number, Reason, User, UserId};

use super::{
    chat::Chat,
    message::{Message, MessageConnection},
    pagination::{DEFAULT_PAGE_SIZE, MAX_PAGE_TEXT_BYTES, Page, PageArgs, PageRange, page_cost},
};
use crate::{
    databases::loaders::threads::ReplyPage,
    db::{
        messages::MessagePart,
        thread_follows::FollowedThreadRow,
        threads::{ReplyRange, ThreadRow},
    },
    state::RequestContext,
};

/// A list of threads that the caller follows.
pub(crate) type FollowedThreadConnection =
    Connection<String, FollowedThread, EmptyFields, EmptyFields>;

/// A thread: a message, the root, and the replies to it. The replies are messages of the chat, with numbers and events as all
/// others. All fields are the same for everyone who may read the messages.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Thread {
    /// The id of the root.
    root_id: MessageId,
    /// The id of the chat.
    chat_id: ChatId,
    /// The number of replies that were ever added, which is also the `threadOrdinal` of the newest. Removed ones count.
    reply_count: i32,
    /// The number of the newest reply.
    last_number: Number,
    /// When the newest reply was added.
    last_reply_at: Instant,
    /// The ids of the users who replied last, newest first: at most five.
    last_user_ids: Vec<UserId>,
    #[graphql(skip)]
    root: Message,
}

impl Thread {
    /// A thread that the caller may read, with its root.
    #[must_use]
    pub(crate) fn of(row: ThreadRow, root: Message) -> Self {
        Self {
            root_id: row.root_id,
            chat_id: row.chat_id,
            reply_count: row.reply_count,
            last_number: row.last_number,
            last_reply_at: row.last_reply_at,
            last_user_ids: row.last_user_ids,
            root,
        }
    }
}

#[ComplexObject]
impl Thread {
    /// The message that the thread is about. It may have been removed.
    async fn root(&self) -> &Message {
        &self.root
    }

    /// The current public profiles of the users who replied last, newest first. Those whose account no longer exists are
    /// left out.
    #[graphql(
        complexity = "LAST_USERS_COST * child_complexity",
        cache_control(max_age = 1)
    )] // A person is no part of the chat's history.
    async fn last_users(&self, context: &Context<'_>) -> Result<Vec<User>> {
        let loaders = context.loaders()?;
        let users = self.last_user_ids.iter().map(|&user| loaders.user(user));
        let users = futures_util::future::try_join_all(users).await?;
        Ok(users.into_iter().flatten().collect())
    }

    /// The replies, oldest first. Without paging arguments, the newest 50. A page holds at most about 128 KiB of text, so it
    /// may have fewer replies than requested.
    #[graphql(complexity = "page_cost(first.or(last), child_complexity)")]
    async fn replies(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of items to return from the start of the list, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items to return from the end of the list, at most 100.")]
        last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The id of a reply in the thread. Returns `first` replies (50 if absent) with this one in the middle."
        )]
        around: Option<MessageId>,
    ) -> Result<MessageConnection> {
        let last = match first.is_none() && around.is_none() {
            true => last.or(Some(DEFAULT_PAGE_SIZE)),
            false => last,
        };
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let range = args.range::<Number>()?;
        let page = match around {
            Some(reply) => self.page_around(context, reply, range).await?,
            None => self.page(context, range).await?,
        };
        let bytes = page.items.iter().filter_map(|reply| reply.content.as_ref());
        AnswerBudget::admits(context, bytes.map(String::len).sum());
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection.edges.extend(
            page.items
                .into_iter()
                .map(|reply| Edge::new(reply.number.to_string(), Message::from(reply))),
        );
        Ok(connection)
    }
}

/// Most threads have fewer than five people in them.
const LAST_USERS_COST: usize = 3;

impl Thread {
    async fn page(
        &self,
        context: &Context<'_>,
        range: PageRange<Number>,
    ) -> Result<Page<shared_schema::Message>> {
        let wanted = ReplyRange {
            after: range.after.unwrap_or(0),
            before: range.before.unwrap_or(Number::MAX),
            limit: range.limit(),
            text: MAX_PAGE_TEXT_BYTES,
            newest_first: range.backward,
        };
        let part = self.part(context, wanted).await?;
        Ok(range.trim_truncated(part.messages, part.is_truncated))
    }

    /// The page around a reply; half of it stays empty at an end of the thread.
    async fn page_around(
        &self,
        context: &Context<'_>,
        reply: MessageId,
        range: PageRange<Number>,
    ) -> Result<Page<shared_schema::Message>> {
        if range.backward || range.after.is_some() || range.before.is_some() {
            let other = "last, after or before";
            return Err(Error::bad_input("around", Reason::NotTogetherWith { other }).into());
        }
        let found = context.loaders()?.message(self.chat_id, reply).await?;
        let (number, ordinal) = found
            .filter(|reply| reply.thread_root_id == Some(self.root_id))
            .and_then(|reply| Some((reply.number, i64::from(reply.thread_ordinal?))))
            .ok_or_else(|| Error::not_found("message"))?;
        // From the middle on in both directions: where texts are long, the reply itself is there.
        let earlier = (range.size / 2).min(ordinal - 1);
        let before = ReplyRange {
            after: 0,
            before: number,
            limit: earlier,
            text: MAX_PAGE_TEXT_BYTES / 2,
            newest_first: true,
        };
        let after = ReplyRange {
            after: number - 1,
            before: Number::MAX,
            limit: range.limit() - earlier,
            text: MAX_PAGE_TEXT_BYTES / 2,
            newest_first: false,
        };
        let (before, after) =
            futures_util::try_join!(self.part(context, before), self.part(context, after))?;
        let mut replies = before.messages;
        replies.reverse();
        replies.extend(after.messages);
        let mut page = range.trim_truncated(replies, after.is_truncated);
        page.has_previous = before.is_truncated || ordinal - earlier > 1;
        Ok(page)
    }

    async fn part(&self, context: &Context<'_>, range: ReplyRange) -> Result<MessagePart> {
        let thread = (self.chat_id, self.root_id);
        let page = ReplyPage { thread, range };
        Ok(context.loaders()?.reply_page(page).await?)
    }
}

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
        let chat = Chat::seen_by_caller(context, self.thread.chat_id).await?;
        // It was there when the list was read.
        Ok(chat.ok_or_else(|| Error::not_found("chat"))?)
    }
}
