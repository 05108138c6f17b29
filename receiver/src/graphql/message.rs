//! Messages, with what they refer to.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};

use super::{User, loaders};

/// A list of messages.
pub type MessageConnection = Connection<String, Message, EmptyFields, EmptyFields>;

/// A message. Everything in it is the same for everyone who may see it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Message {
    #[graphql(flatten)]
    facts: shared_schema::Message,
}

impl From<shared_schema::Message> for Message {
    fn from(facts: shared_schema::Message) -> Self {
        Self { facts }
    }
}

#[ComplexObject]
impl Message {
    /// Who sent it, as they are now. Null once their account is gone; `senderUsername` stays.
    #[graphql(cache_control(max_age = 1))] // A person is no part of the chat's history.
    async fn sender(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(context)?.user(self.facts.sender_id).await?)
    }

    /// The message that this one answers, as it is now.
    async fn reply_to(&self, context: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.facts.reply_to_id else {
            return Ok(None);
        };
        Ok(loaders(context)?
            .message(self.facts.chat_id, id)
            .await?
            .map(Self::from))
    }
}
