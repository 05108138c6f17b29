//! `createMessage`: someone says something.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chassis::{
    Caller, Error,
    mutants::{first_seen, planted},
};
use deadpool_postgres::Transaction;
use futures_util::{future::OptionFuture, try_join};
use shared_schema::{Change, ChatId, Cursor, Event, EventId, MessageId};

use crate::{
    client_id,
    content::Content,
    db::{
        feeds,
        messages::{self, NewMessage, StoredMessage},
        participants,
    },
    graphql,
    participation::Participation,
    publish::Hints,
    request_hash::RequestHash,
    writer::{Outcome, Writer},
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
    /// The message. For a retry: as it is now.
    message: graphql::Message,
    /// The position right after the event that added the message.
    cursor: Cursor,
}

#[derive(Default)]
pub struct CreateMessage;

#[Object]
impl CreateMessage {
    /// Adds a message to a chat and moves the sender's own read mark to it. Safe to retry with the same id.
    async fn create_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to say, and where.")] input: CreateMessageInput,
    ) -> async_graphql::Result<CreateMessagePayload> {
        let caller = Caller::of(context)?.clone();
        let draft = Draft::parse(input, &caller)?;
        let writer = Writer::of(context)?;
        Ok(writer
            .commit_in(draft.chat_id, async move |tx| {
                send(tx, &caller, &draft).await
            })
            .await?)
    }
}

#[derive(Clone)]
struct Draft {
    id: MessageId,
    chat_id: ChatId,
    content: Content,
    reply_to_id: Option<MessageId>,
    request_hash: Vec<u8>,
}

impl Draft {
    fn parse(input: CreateMessageInput, caller: &Caller) -> Result<Self, Error> {
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
            id: client_id::parse_or_new(input.id.as_ref())?,
            chat_id: input.chat_id,
            content,
            reply_to_id: input.reply_to_id,
            request_hash,
        })
    }
}

async fn send(
    tx: &Transaction<'_>,
    caller: &Caller,
    draft: &Draft,
) -> Result<Outcome<CreateMessagePayload>, Error> {
    let feed = feeds::lock(tx, draft.chat_id).await?;
    let reply_to = draft
        .reply_to_id
        .map(|id| messages::find(tx, draft.chat_id, id));
    let (participation, earlier, reply_to) = try_join!(
        async { Ok(Participation::under(tx, feed, caller, draft.chat_id).await) },
        messages::find(tx, draft.chat_id, draft.id),
        async { OptionFuture::from(reply_to).await.transpose() },
    )?;
    let repeated = earlier
        .as_ref()
        .is_some_and(|earlier| earlier.request_hash == draft.request_hash);
    if planted("idempotency_in_memory") && repeated && first_seen(draft.id.0) {
        let id = MessageId::new();
        let draft = draft.clone();
        return store(tx, &participation?, &Draft { id, ..draft }).await;
    }
    match (participation, earlier) {
        // The hash covers the sender, so this is their own message: they are told so also after they have left the
        // chat, or a lost answer would turn into the belief that it was never sent.
        (Ok(_) | Err(Error::NotFound { .. } | Error::Forbidden(_)), Some(earlier)) if repeated => {
            repeat(tx, earlier).await
        }
        (Err(refused), _) => Err(refused),
        (Ok(_), Some(_)) => Err(Error::conflict_on("id", "another message has this id")),
        (Ok(_), None) if draft.reply_to_id.is_some() && reply_to.flatten().is_none() => {
            Err(Error::not_found_in("replyToId", "message"))
        }
        (Ok(participation), None) => store(tx, &participation, draft).await,
    }
}

/// A retry gets the stored message, and its event is published again: the first publish may have been lost.
async fn repeat(
    tx: &Transaction<'_>,
    earlier: StoredMessage,
) -> Result<Outcome<CreateMessagePayload>, Error> {
    let message = earlier.message;
    let position = (message.chat_id.into(), message.seq);
    let event = feeds::event(tx, position, Change::MessageAdded(message.clone())).await?;
    Ok(Outcome {
        payload: CreateMessagePayload {
            cursor: message.position(),
            message: message.into(),
        },
        hints: Hints::default().event(event),
    })
}

async fn store(
    tx: &Transaction<'_>,
    participation: &Participation,
    draft: &Draft,
) -> Result<Outcome<CreateMessagePayload>, Error> {
    let sender = participation.own.user_id;
    let new = NewMessage {
        id: draft.id,
        chat_id: draft.chat_id,
        sender_id: sender,
        sender_username: &participation.username,
        content: &draft.content,
        reply_to_id: draft.reply_to_id,
        request_hash: &draft.request_hash,
    };
    // The lock makes the number known before the message has it.
    let number = participation.feed.message_count + 1;
    let (message, ()) = try_join!(
        messages::add(tx, new),
        participants::move_own_mark(tx, draft.chat_id, sender, number),
    )?;
    let event = Event {
        feed: message.chat_id.into(),
        seq: message.seq,
        id: EventId::from(message.id),
        prev: participation.feed.head,
        at: message.created_at,
        actor: Some(sender),
        change: Change::MessageAdded(message.clone()),
    };
    Ok(Outcome {
        payload: CreateMessagePayload {
            cursor: message.position(),
            message: message.into(),
        },
        hints: Hints::default().event(event),
    })
}
