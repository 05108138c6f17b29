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
    /// Everything that happens in one chat that you take part in. Ends with the event that ends your participation.
    async fn chat_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat.")] chat_id: ChatId,
        #[graphql(desc = "Your last cursor of this chat's feed. Without it: from now.")]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<FeedBatch>> + use<>> {
        let batches = subscription_batches(context, chat_batches(context, chat_id, after)).await?;
        Ok(batches.map(|batch| Ok(FeedBatch::from(batch.as_ref()))))
    }
}
