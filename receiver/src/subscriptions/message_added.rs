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
    /// Delivers each new message of a chat in which the caller is a participant. To resume, pass the `cursor` of the
    /// last message you received.
    async fn message_added(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "A cursor of the chat's feed. If absent, delivery starts now.")]
        after: Option<ClientCursor>,
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
