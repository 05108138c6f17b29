//! One message.

use async_graphql::{Context, Object, Result};
use chassis::Caller;
use shared_schema::{ChatId, ClientCursor, MessageId};

use crate::{
    databases::read_at_least::read_at_least,
    db,
    objects::message::Message,
    participants::{access::Access, participation::access_of},
};

/// `Query.message`.
#[derive(Default)]
pub(crate) struct MessageById;

#[Object]
impl MessageById {
    /// One message of a chat that you may read: one that you take part in, or a public one in which you have never taken
    /// part. Null if there is none.
    async fn message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat it stands in.")] chat_id: ChatId,
        #[graphql(desc = "The message.")] id: MessageId,
        #[graphql(
            desc = "Wait, for a moment, until the answer is at least as new as this position."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<Option<Message>> {
        let caller = Caller::of(context)?;
        let message = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            let found = db::messages::by_id(&database.pool, &[(chat_id, id)]).await?;
            Ok(found.into_iter().next().map(Message::from))
        });
        Ok(message.await?)
    }
}
