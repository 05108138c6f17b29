//! `pinMessage`: keeps a message at hand for everyone in the chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, MessageId, Reason};

use crate::{
    db::{messages, pinned_messages},
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// Maximum pinned messages of a chat: as many as Discord and Telegram show at once without a search of their own.
const MAX_PINNED_MESSAGES: u32 = 50;

/// The message to pin.
#[derive(InputObject)]
pub struct PinMessageInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message.
    id: MessageId,
}

/// The result of pinning a message.
#[derive(SimpleObject)]
pub struct PinMessagePayload {
    /// The message.
    message: objects::Message,
    /// The position right after the change. If the message was pinned already, the position right after the chat's newest
    /// event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct PinMessage;

#[Object]
impl PinMessage {
    /// Pins a message: `Chat.pinnedMessages` shows it first, to everyone. In a direct chat both participants may do this; in group
    /// and public chats, owners and admins may. Fails with `CONFLICT` if the message has been removed, and if the chat has 50
    /// pinned messages already. Repeating the request is safe.
    async fn pin_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message to pin.")] input: PinMessageInput,
    ) -> async_graphql::Result<PinMessagePayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            pin(tx, &participation, input.id).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn pin(
    tx: &Transaction<'_>,
    participation: &Participation,
    id: MessageId,
) -> Result<Outcome<PinMessagePayload>, Error> {
    let chat_id = participation.chat_id();
    let caller = participation.own.user_id;
    let message = messages::find(tx, chat_id, id)
        .await?
        .ok_or_else(|| Error::not_found_in("id", "message"))?
        .message;
    participation.require_pinning()?;
    if message.removed_at.is_some() {
        return Err(Error::conflict_on("id", Reason::MessageRemoved));
    }
    if pinned_messages::contains(tx, chat_id, id).await? {
        return Ok(Outcome::unchanged(PinMessagePayload {
            message: message.into(),
            cursor: participation.cursor(),
        }));
    }
    let max = MAX_PINNED_MESSAGES;
    if pinned_messages::count(tx, chat_id).await? >= i64::from(max) {
        return Err(Error::conflict_on(
            "id",
            Reason::TooManyPinnedMessages { max },
        ));
    }
    let event = append(tx, caller, chat_id, Change::MessagePinned(message.clone())).await?;
    pinned_messages::add(tx, &message, caller, event.at).await?;
    Ok(Outcome {
        payload: PinMessagePayload {
            message: message.into(),
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
