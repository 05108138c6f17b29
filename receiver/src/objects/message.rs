//! Messages, with their senders, the messages that they reply to, the reactions to them, the threads that they belong
//! to, and whom they mention.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};

use chassis::graphql::AnswerBudget;

use shared_schema::{ChatId, Instant, MessageId, Number, User, UserId};

use super::{
    mention::Mention,
    pagination::{DEFAULT_PAGE_SIZE, PageArgs, page_cost},
    reaction::ReactionGroup,
    replies,
};
use crate::{
    db::threads::{ThreadKey, ThreadRow},
    state::RequestContext,
};

/// Bytes of the longest text: 5,000 characters.
pub(crate) const MAX_TEXT_BYTES: usize = 20_000;

/// The groups that a message counts for: most have none, and few have more than three.
const REACTION_GROUPS_COST: usize = 3;

/// The places that a message counts for: most have none, and few have more than three.
const MENTIONS_COST: usize = 3;

/// Bytes that a place counts, with a short profile of whom it mentions.
const MENTION_BYTES: usize = 256;

/// The people that a thread counts for: it may show five.
const LAST_USERS_COST: usize = 3;

/// A list of messages.
pub(crate) type MessageConnection = Connection<String, Message, EmptyFields, EmptyFields>;

/// A message. All of its fields are the same for everyone who may read it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Message {
    #[graphql(flatten)]
    facts: shared_schema::Message,
    /// Shown only as the `replyTo` or the `threadRoot` of another message.
    #[graphql(skip)]
    is_answered: bool,
}

impl From<shared_schema::Message> for Message {
    fn from(facts: shared_schema::Message) -> Self {
        Self {
            facts,
            is_answered: false,
        }
    }
}

#[ComplexObject]
impl Message {
    /// The sender's current public profile. Null if the account no longer exists; `senderUsername` remains.
    #[graphql(cache_control(max_age = 1))] // A person is no part of the chat's history.
    async fn sender(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.facts.sender_id).await?)
    }

    /// The message that this message replies to, in its current state. Null if it is not a reply.
    async fn reply_to(&self, context: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.facts.reply_to_id else {
            return Ok(None);
        };
        // How long those are that a page shows was measured when it was read; what those answer was not.
        if self.is_answered && !AnswerBudget::admits(context, MAX_TEXT_BYTES) {
            return Ok(None);
        }
        let found = context.loaders()?.message(self.facts.chat_id, id).await?;
        Ok(found.map(|facts| Self {
            facts,
            is_answered: true,
        }))
    }

    /// The places in the text that mention a participant by `@username`, in the order of the text: at most 50 people, and at most
    /// 10 places for each. Code, links, quotes and HTML mention nobody, and neither does a name that is no current
    /// participant's when the text is written. Empty once the message has been removed.
    #[graphql(complexity = "MENTIONS_COST * child_complexity")]
    async fn mentions(&self, context: &Context<'_>) -> Result<Vec<Mention>> {
        let facts = &self.facts;
        let Some(text) = facts.content.as_deref().filter(|_| facts.mention_count > 0) else {
            return Ok(vec![]);
        };
        let loaders = context.loaders()?;
        let places = loaders.mentions((facts.chat_id, facts.number)).await?;
        let places = shared_schema::Mention::in_text(places, text);
        if !AnswerBudget::admits(context, places.len() * MENTION_BYTES) {
            return Ok(vec![]);
        }
        Ok(places.into_iter().map(Mention::from).collect())
    }

    /// The thread under this message. Null if it has no replies.
    async fn thread(&self, context: &Context<'_>) -> Result<Option<Thread>> {
        // There is one level: a reply in a thread has no thread under it.
        if self.facts.thread_root_id.is_some() {
            return Ok(None);
        }
        let (chat, root) = (self.facts.chat_id, self.facts.id);
        let thread = context.loaders()?.thread(chat, root).await?;
        Ok(thread.map(|thread| Thread::of(thread, self.clone())))
    }

    /// The message whose thread this message is a reply in, in its current state. Null if it is not a reply in a thread. A
    /// page does not become shorter for the texts of these messages: if they are too long together, the answer is an error, so
    /// select it for few messages, or without `content`.
    async fn thread_root(&self, context: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.facts.thread_root_id else {
            return Ok(None);
        };
        let found = context.loaders()?.message(self.facts.chat_id, id).await?;
        let length = found.as_ref().and_then(|root| root.content.as_ref());
        AnswerBudget::admits(context, length.map_or(0, String::len));
        Ok(found.map(|facts| Self {
            facts,
            is_answered: true,
        }))
    }

    /// The reactions to this message, one group for each emoji, in ascending order of `position`: at most 20. Empty once
    /// the message has been removed.
    #[graphql(complexity = "REACTION_GROUPS_COST * child_complexity")]
    async fn reaction_groups(&self, context: &Context<'_>) -> Result<Vec<ReactionGroup>> {
        let (chat, message) = (self.facts.chat_id, self.facts.id);
        let groups = context.loaders()?.reaction_groups(chat, message).await?;
        Ok(groups
            .into_iter()
            .map(|facts| ReactionGroup::of(chat, message, facts))
            .collect())
    }
}

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

    /// Its chat and its root.
    pub(crate) fn key(&self) -> ThreadKey {
        (self.chat_id, self.root_id)
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
            Some(reply) => replies::page_around(context, self.key(), reply, range).await?,
            None => replies::page(context, self.key(), range).await?,
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
