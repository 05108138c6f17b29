//! How far the others in one chat have read.

use async_graphql::{Context, Result, Subscription};
use futures_util::{Stream, StreamExt, stream};
use shared_schema::{ChatId, ClientCursor};

use super::chat_batches::chat_batches;
use crate::{
    live::shared_execution::resolver_input::subscription_batches,
    objects::signal::{ReadMark, Signal},
};

/// `Subscription.messageReadUpdated`.
#[derive(Default)]
pub(crate) struct MessageReadUpdatedSubscription;

#[Subscription]
impl MessageReadUpdatedSubscription {
    /// Delivers the read marks of participants as they move, in a chat in which the caller is a participant.
    async fn message_read_updated(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(
            desc = "A cursor of the chat's feed: delivery begins with the marks that have moved since. If absent, delivery starts now."
        )]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<ReadMark>> + use<>> {
        let batches = subscription_batches(context, chat_batches(context, chat_id, after)).await?;
        Ok(batches.flat_map(|batch| {
            let marks = batch.signals.iter().cloned().filter_map(|signal| {
                if let Some(Signal::ReadMark(mark)) = Signal::of(signal) {
                    Some(Ok(mark))
                } else {
                    None
                }
            });
            stream::iter(marks.collect::<Vec<_>>())
        }))
    }
}
