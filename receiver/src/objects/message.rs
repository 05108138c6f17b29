//! Messages, with their senders, the messages that they reply to, the reactions to them, and the threads that they belong to.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};

use chassis::graphql::AnswerBudget;

use shared_schema::User;

use super::{reaction::ReactionGroup, thread::Thread};
use crate::state::RequestContext;

/// Bytes of the longest text: 5,000 characters.
pub(crate) const MAX_TEXT_BYTES: usize = 20_000;

/// The groups that a message counts for: most have none, and few have more than three.
const REACTION_GROUPS_COST: usize = 3;

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
