//! One message.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{ChatId, Cursor, MessageId};

use crate::{
    graphql::{Message, loaders},
    participation::Participation,
    sources::caught_up,
};

/// `Query.message`.
#[derive(Default)]
pub struct MessageById;

#[Object]
impl MessageById {
    /// One message of a chat that you take part in. Null if there is none that you may see.
    async fn message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat it stands in.")] chat_id: ChatId,
        #[graphql(desc = "The message.")] id: MessageId,
        #[graphql(
            desc = "Wait, for a moment, until the answer is at least as new as this position."
        )]
        at_least: Option<Cursor>,
    ) -> Result<Option<Message>> {
        let caller = Caller::of(context)?;
        let pool = caught_up(context, caller, at_least).await?;
        match Participation::of(pool, caller, chat_id).await {
            Ok(_) => {}
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(loaders(context)?
            .message(chat_id, id)
            .await?
            .map(Message::from))
    }
}
