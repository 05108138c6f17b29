//! Removed messages of one chat.

use async_graphql::{Context, Result, Subscription};
use futures_util::Stream;
use shared_schema::{Change, ChatId, ClientCursor};

use super::chat_batches::messages;
use crate::objects::message::Message;

/// `Subscription.messageRemoved`.
#[derive(Default)]
pub(crate) struct MessageRemovedSubscription;

#[Subscription]
impl MessageRemovedSubscription {
    /// Delivers each removed message, without its content, of a chat in which the caller is a participant. To resume,
    /// pass the `cursor` of the last message you received: it is the position at which that message was added, so some
    /// removals may be delivered again.
    async fn message_removed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "A cursor of the chat's feed. If absent, delivery starts now.")]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<Message>> + use<>> {
        messages(context, chat_id, after, |change| {
            if let Change::MessageRemoved(message) = change {
                Some(message)
            } else {
                None
            }
        })
        .await
    }
}
