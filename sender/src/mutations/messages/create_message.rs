//! `createMessage`: someone says something.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use shared_schema::{ChatId, Cursor, Message, MessageId};

use crate::{
    db::messages,
    idempotency::{key, request_hash::RequestHash},
    limits::{Limits, is_ours},
    messages::{content::Content, draft::Draft},
    objects,
    state::RequestContext,
    transaction::runner::TransactionRunner,
};

/// What to say, and where.
#[derive(InputObject)]
pub struct CreateMessageInput {
    /// A UUIDv7 made by the client: the idempotency key. Sending the same again has the same result, forever and on any
    /// instance; the same id with other content is a CONFLICT.
    id: Option<ID>,
    /// The chat. The caller must take part in it.
    chat_id: ChatId,
    /// The text: 1 to 5,000 characters after trimming.
    content: String,
    /// A message of the same chat that this one answers; it may have been removed.
    reply_to_id: Option<MessageId>,
}

/// The message, stored.
#[derive(SimpleObject)]
pub struct CreateMessagePayload {
    /// The message. For a retry: as it is now, or as it was sent if the caller takes part in the chat no more.
    message: objects::Message,
    /// The position right after the event that added the message.
    cursor: Cursor,
}

#[derive(Default)]
pub struct CreateMessage;

#[Object]
impl CreateMessage {
    /// Adds a message to a chat and moves the sender's own read mark to it. Safe to retry with the same id. `RATE_LIMITED`,
    /// with the time to wait, when the caller or the chat has had too many; a retry of what was stored never is.
    async fn create_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to say, and where.")] input: CreateMessageInput,
    ) -> async_graphql::Result<CreateMessagePayload> {
        let draft = input.into_draft(Caller::of(context)?, &context.state()?.limits)?;
        let message = send(context, draft).await?;
        Ok(CreateMessagePayload {
            cursor: message.position(),
            message: message.into(),
        })
    }
}

/// Charges the sender and submits the draft. A retry of a stored message is answered even if its sender has used up the
/// limit: it must not be refused for having succeeded.
async fn send(context: &Context<'_>, draft: Draft) -> Result<Message, Error> {
    let permit = Arc::clone(&draft.permit);
    if let Err(refused) = permit.charge()
        && !was_sent(&context.state()?.transactions, &draft).await?
    {
        return Err(refused);
    }
    let sent = context.state()?.batcher.submit(draft).await;
    if sent.as_ref().is_err_and(is_ours) {
        permit.take_back();
    }
    sent
}

/// Whether the message of this request is stored already.
async fn was_sent(transactions: &TransactionRunner, draft: &Draft) -> Result<bool, Error> {
    let earlier = messages::find(&transactions.client().await?, draft.chat_id, draft.id).await?;
    Ok(earlier.is_some_and(|earlier| earlier.request_hash == draft.request_hash))
}

impl CreateMessageInput {
    fn into_draft(self, caller: &Caller, limits: &Limits) -> Result<Draft, Error> {
        let content = Content::parse(&self.content)?;
        let reply_to = self
            .reply_to_id
            .as_ref()
            .map(|id| id.0.as_bytes().as_slice());
        let request_hash = RequestHash::of("createMessage", caller.user_id)
            .part(self.chat_id.0.as_bytes())
            .part(content.as_str().as_bytes())
            .optional(reply_to)
            .finish();
        Ok(Draft {
            id: key::parse_or_new(self.id.as_ref())?,
            chat_id: self.chat_id,
            sender_id: caller.user_id,
            content,
            reply_to_id: self.reply_to_id,
            request_hash,
            permit: limits.permit(caller.user_id, self.chat_id),
        })
    }
}
