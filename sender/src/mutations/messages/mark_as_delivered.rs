//! `markAsDelivered`: moves the caller's delivered mark in one chat forward.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::Caller;
use deadpool_postgres::Transaction;
use shared_schema::{ChatId, Number};

use crate::{
    db::participants::Receipt,
    messages::number::require_number,
    participants::{
        access::{ChatAccess, chat_not_found},
        receipts::mark_delivered,
    },
    state::RequestContext,
};

/// The chat, and the number of the last message that is stored on the device.
#[derive(InputObject)]
pub struct MarkAsDeliveredInput {
    /// The id of the chat. The caller must be a participant.
    pub(super) chat_id: ChatId,
    /// The number of the last message that the device has stored; all earlier messages count as delivered. At least 1. A
    /// number beyond the newest message counts as the newest message.
    pub(super) up_to_number: Number,
}

/// The caller's delivered mark in a chat.
#[derive(SimpleObject)]
pub struct DeliveredMark {
    /// The id of the chat.
    chat_id: ChatId,
    /// Every message up to and including this number is on a device of the caller. Never below their read mark.
    delivered_number: Number,
}

impl From<Receipt> for DeliveredMark {
    fn from(receipt: Receipt) -> Self {
        Self {
            chat_id: receipt.chat_id,
            delivered_number: receipt.delivered_number,
        }
    }
}

/// The result of marking messages as delivered.
#[derive(SimpleObject)]
pub struct MarkAsDeliveredPayload {
    /// The caller's current delivered mark.
    mark: DeliveredMark,
}

#[derive(Default)]
pub struct MarkAsDelivered;

#[Object]
impl MarkAsDelivered {
    /// Tells the senders of messages that they are on a device of the caller: call it after the device has stored them. The
    /// mark never moves back. In chats with more participants than `Chat.maxReceiptParticipants`, nothing changes. Reading
    /// implies delivery: after `markAsRead`, there is nothing left to mark.
    async fn mark_as_delivered(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The chat, and the number of the last message that is stored on the device."
        )]
        input: MarkAsDeliveredInput,
    ) -> async_graphql::Result<MarkAsDeliveredPayload> {
        let caller = Caller::of(context)?.clone();
        require_number("upToNumber", input.up_to_number)?;
        let state = context.state()?;
        let max = state.max_receipt_participants;
        let marks = BTreeMap::from([(input.chat_id, input.up_to_number)]);
        let rule = async move |tx: &Transaction<'_>| {
            ChatAccess::of(tx, &caller, input.chat_id)
                .await?
                .require_participant()?;
            mark_delivered(tx, caller.user_id, &marks, max).await
        };
        let receipts = state.transactions.run(rule).await?;
        // They may have been removed since the check.
        let receipt = receipts.into_iter().next().ok_or_else(chat_not_found)?;
        Ok(MarkAsDeliveredPayload {
            mark: receipt.into(),
        })
    }
}
