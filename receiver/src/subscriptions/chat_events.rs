//! One chat's feed.

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt};
use shared_schema::{ChatId, ClientCursor};

use super::chat_batches::chat_batches;
use crate::{
    live::shared_execution::resolver_input::subscription_batches, objects::feed_batch::FeedBatch,
};

/// `Subscription.chatEvents`.
#[derive(Default)]
pub(crate) struct ChatEventsSubscription;

#[Subscription]
impl ChatEventsSubscription {
    /// Delivers all events and signals of one chat in which the caller is a participant. Ends with the event that ends
    /// the participation.
    async fn chat_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(
            desc = "The last cursor you received for the chat's feed. If absent, delivery starts now."
        )]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<FeedBatch>> + use<>> {
        let batches = subscription_batches(context, chat_batches(context, chat_id, after)).await?;
        Ok(batches.map(|batch| Ok(FeedBatch::from(batch.as_ref()))))
    }
}
