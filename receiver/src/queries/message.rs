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
    /// One message. The caller must be a participant of the chat, or the chat must be public and the caller must never
    /// have been a participant. Null if there is no such message.
    async fn message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat that the message belongs to.")] chat_id: ChatId,
        #[graphql(desc = "The id of the message.")] id: MessageId,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
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
