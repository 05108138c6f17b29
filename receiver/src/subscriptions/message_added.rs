//! New messages of one chat.

use async_graphql::{Context, Result, Subscription};
use futures_util::Stream;
use shared_schema::{Change, ChatId, ClientCursor};

use super::chat_batches::messages;
use crate::objects::message::Message;

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
            ClientCursor,
        >,
    ) -> Result<impl Stream<Item = Result<Message>> + use<>> {
        messages(context, chat_id, after, |change| {
            if let Change::MessageAdded(message) = change {
                Some(message)
            } else {
                None
            }
        })
        .await
    }
}
