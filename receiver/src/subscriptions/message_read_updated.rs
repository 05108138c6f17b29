//! How far the others in one chat have read.

use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt, stream};
use shared_schema::{ChatId, ClientCursor, Number, Signal, UserId};

use super::chat_batches::chat_batches;
use crate::live::shared_execution::resolver_input::subscription_batches;

/// The read mark of a participant. It only grows.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReadMark {
    /// The id of the chat.
    chat_id: ChatId,
    /// The id of the participant.
    user_id: UserId,
    /// The participant has read every message up to and including this number.
    last_read_number: Number,
}

/// `Subscription.messageReadUpdated`.
#[derive(Default)]
pub(crate) struct MessageReadUpdatedSubscription;

#[Subscription]
impl MessageReadUpdatedSubscription {
    /// Delivers the read marks of participants as they move, in a chat in which the caller is a participant. Participants who
    /// do not tell what they have read are left out, and a caller who does not receives nothing. A mark may be told again.
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
            let marks = batch.signals.iter().filter_map(read_mark);
            stream::iter(marks.map(Ok).collect::<Vec<_>>())
        }))
    }
}

fn read_mark(signal: &Signal) -> Option<ReadMark> {
    match *signal {
        Signal::ReceiptChanged {
            chat_id,
            user_id,
            read_number: Some(last_read_number),
            ..
        } => Some(ReadMark {
            chat_id,
            user_id,
            last_read_number,
        }),
        _ => None,
    }
}
