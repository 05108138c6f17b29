//! New messages of one chat.

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt, future::ready};
use shared_schema::{Change, ChatId, Cursor};

use super::chat_batches::{chat_batches, events};
use crate::{
    live::shared_execution::resolver_input::subscription_batches, objects::message::Message,
};

/// `Subscription.messageAdded`.
#[derive(Default)]
pub(crate) struct MessageAddedSubscription;

#[Subscription]
impl MessageAddedSubscription {
    /// Each message that is added to a chat that you take part in. A view of the chat's feed: `cursor` of the last
    /// message you were given is where to resume.
    async fn message_added(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat.")] chat_id: ChatId,
        #[graphql(desc = "A cursor of this chat's feed. Without it: from now.")] after: Option<
            Cursor,
        >,
    ) -> Result<impl Stream<Item = Result<Message>> + use<>> {
        let batches = subscription_batches(context, chat_batches(context, chat_id, after)).await?;
        Ok(events(batches).filter_map(|event| {
            ready(match event {
                Ok(event) => match &event.change {
                    Change::MessageAdded(message) => Some(Ok(message.clone().into())),
                    _ => None,
                },
                Err(error) => Some(Err(error.into())),
            })
        }))
    }
}
