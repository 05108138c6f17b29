//! `unpinMessage`: a message is kept at hand no longer.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, MessageId};

use crate::{
    db::{messages, pinned_messages},
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// The message to unpin.
#[derive(InputObject)]
pub struct UnpinMessageInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message.
    id: MessageId,
}

/// The result of unpinning a message.
#[derive(SimpleObject)]
pub struct UnpinMessagePayload {
    /// The message.
    message: objects::Message,
    /// The position right after the change. If the message was not pinned, the position right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UnpinMessage;

#[Object]
impl UnpinMessage {
    /// Unpins a message. Whoever may pin messages in the chat may do this, whoever pinned it. Repeating the request is safe.
    async fn unpin_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message to unpin.")] input: UnpinMessageInput,
    ) -> async_graphql::Result<UnpinMessagePayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            unpin(tx, &participation, input.id).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn unpin(
    tx: &Transaction<'_>,
    participation: &Participation,
    id: MessageId,
) -> Result<Outcome<UnpinMessagePayload>, Error> {
    let chat_id = participation.chat_id();
    let message = messages::find(tx, chat_id, id)
        .await?
        .ok_or_else(|| Error::not_found_in("id", "message"))?
        .message;
    participation.require_pinning()?;
    if !pinned_messages::remove(tx, chat_id, id).await? {
        return Ok(Outcome::unchanged(UnpinMessagePayload {
            message: message.into(),
            cursor: participation.cursor(),
        }));
    }
    let change = Change::MessageUnpinned(message.clone());
    let event = append(tx, participation.own.user_id, chat_id, change).await?;
    Ok(Outcome {
        payload: UnpinMessagePayload {
            message: message.into(),
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
