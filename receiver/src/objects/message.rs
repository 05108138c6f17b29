//! Messages, with their senders, the messages that they reply to, and the reactions to them.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};

use chassis::graphql::AnswerBudget;

use shared_schema::User;

use super::reaction::ReactionGroup;
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
    /// Shown only as the `replyTo` of another message.
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
