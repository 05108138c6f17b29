//! `createMessage`: someone says something.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chassis::{
    Caller, Error,
    mutants::{first_seen, planted},
};
use shared_schema::{ChatId, Cursor, Message, MessageId, Reason, UserId};

use crate::{
    db::messages,
    graphql,
    idempotency::key,
    idempotency::request_hash::RequestHash,
    limits::{Limits, Permit, is_ours},
    messages::batcher::MessageBatcher,
    messages::content::Content,
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
    message: graphql::Message,
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
        let draft = Draft::parse(input, Caller::of(context)?, Limits::of(context)?)?;
        let message = send(context, draft).await?;
        Ok(CreateMessagePayload {
            cursor: message.position(),
            message: message.into(),
        })
    }
}

/// What someone wants to say.
pub struct Draft {
    pub id: MessageId,
    pub chat_id: ChatId,
    pub sender_id: UserId,
    pub content: Content,
    pub reply_to_id: Option<MessageId>,
    /// Tells a retry from another request with the same id.
    pub request_hash: Vec<u8>,
    pub permit: Arc<Permit>,
}

/// A retry of what was sent before goes on whatever its sender has used up: it is not refused for having succeeded.
async fn send(context: &Context<'_>, draft: Draft) -> Result<Message, Error> {
    let permit = Arc::clone(&draft.permit);
    if let Err(refused) = permit.charge()
        && !was_sent(TransactionRunner::of(context)?, &draft).await?
    {
        return Err(refused);
    }
    let sent = MessageBatcher::of(context)?.submit(draft).await;
    if sent.as_ref().is_err_and(is_ours) {
        permit.take_back();
    }
    sent
}

/// Whether the message of this very request is stored.
async fn was_sent(transactions: &TransactionRunner, draft: &Draft) -> Result<bool, Error> {
    let earlier = messages::find(&transactions.client().await?, draft.chat_id, draft.id).await?;
    Ok(earlier.is_some_and(|earlier| earlier.request_hash == draft.request_hash))
}

impl Draft {
    fn parse(input: CreateMessageInput, caller: &Caller, limits: &Limits) -> Result<Self, Error> {
        let content = Content::parse(&input.content)?;
        let reply_to = input
            .reply_to_id
            .as_ref()
            .map(|id| id.0.as_bytes().as_slice());
        let request_hash = RequestHash::of("createMessage", caller.user_id)
            .part(input.chat_id.0.as_bytes())
            .part(content.as_str().as_bytes())
            .optional(reply_to)
            .finish();
        Ok(Self {
            id: key::parse_or_new(input.id.as_ref())?,
            chat_id: input.chat_id,
            sender_id: caller.user_id,
            content,
            reply_to_id: input.reply_to_id,
            request_hash,
            permit: limits.permit(caller.user_id, input.chat_id),
        })
    }
}

/// What is known about a draft under the lock of its chat.
pub struct Known<'a> {
    /// The sender's username, if they take part.
    pub author: Result<&'a str, Error>,
    /// The fingerprint of the message that has the draft's id.
    pub earlier: Option<&'a [u8]>,
    /// Whether the message that it answers, if it answers one, stands in the chat.
    pub answerable: bool,
}

/// What is to be done with a draft.
pub enum Ruling<'a> {
    /// It becomes a message with this id.
    Store { id: MessageId, username: &'a str },
    /// It was sent before: its sender gets the message with its id.
    Repeat,
    /// It was sent before, by someone who takes part no more: they get the message as they sent it. What became of it
    /// since is not theirs to know.
    Confirm,
}

/// Decides on one draft. Batches ask for each of theirs, in turn, so that it is decided as if it came alone.
pub fn rule<'a>(draft: &Draft, known: Known<'a>) -> Result<Ruling<'a>, Error> {
    let id = draft.id;
    let repeated = known
        .earlier
        .is_some_and(|earlier| earlier == draft.request_hash);
    if planted("idempotency_in_memory") && repeated && first_seen(id.0) {
        let (id, username) = (MessageId::new(), known.author?);
        return Ok(Ruling::Store { id, username });
    }
    if repeated {
        draft.permit.take_back();
    }
    match (known.author, known.earlier) {
        // The hash covers the sender, so this is their own message: they are told so also after they have left the
        // chat, or a lost answer would turn into the belief that it was never sent.
        (Ok(_), Some(_)) if repeated => Ok(Ruling::Repeat),
        (Err(Error::NotFound { .. } | Error::Forbidden(_)), Some(_)) if repeated => {
            Ok(Ruling::Confirm)
        }
        (Err(refused), _) => Err(refused),
        (Ok(_), Some(_)) => Err(Error::conflict_on("id", Reason::IdTaken)),
        (Ok(_), None) if !known.answerable => Err(Error::not_found_in("replyToId", "message")),
        (Ok(username), None) => {
            draft.permit.charge_to_chat()?;
            Ok(Ruling::Store { id, username })
        }
    }
}
