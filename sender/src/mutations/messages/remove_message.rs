//! `removeMessage`: removes the content of a message.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, ChatKind, Cursor, MessageId, ParticipantRole, Reason};

use crate::{
    db::{message_mentions, messages, pinned_messages, reactions},
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// The message to remove.
#[derive(InputObject)]
pub struct RemoveMessageInput {
    /// The id of the chat.
    chat_id: ChatId,
    /// The id of the message.
    id: MessageId,
}

/// The result of removing a message.
#[derive(SimpleObject)]
pub struct RemoveMessagePayload {
    /// The message without its content. It keeps its number.
    message: objects::Message,
    /// The position right after the removal. If the message was removed already, the position right after the chat's
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct RemoveMessage;

#[Object]
impl RemoveMessage {
    /// Removes the content of a message, the texts that it had before it was edited, all reactions to it, and its pin, for
    /// everyone. The message itself keeps its number in the chat. The author may do this; in group and public chats, owners and
    /// admins may, too.
    async fn remove_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message to remove.")] input: RemoveMessageInput,
    ) -> async_graphql::Result<RemoveMessagePayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            remove(tx, &participation, input.id).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn remove(
    tx: &Transaction<'_>,
    participation: &Participation,
    id: MessageId,
) -> Result<Outcome<RemoveMessagePayload>, Error> {
    let chat_id = participation.chat_id();
    let caller = participation.own.user_id;
    let message = messages::find(tx, chat_id, id)
        .await?
        .ok_or_else(|| Error::not_found_in("id", "message"))?
        .message;
    let moderates =
        participation.chat.kind != ChatKind::Direct && participation.has(ParticipantRole::Admin);
    if message.sender_id != caller && !moderates {
        return Err(Error::forbidden(Reason::NotTheAuthor));
    }
    if message.removed_at.is_some() {
        return Ok(Outcome::unchanged(RemoveMessagePayload {
            message: message.into(),
            cursor: participation.cursor(),
        }));
    }
    if message.mention_count > 0 {
        message_mentions::remove_all(tx, chat_id, message.number).await?;
    }
    let message = messages::remove(tx, chat_id, id).await?;
    reactions::delete_all(tx, chat_id, id).await?;
    pinned_messages::remove(tx, chat_id, id).await?;
    let change = Change::MessageRemoved(message.clone());
    let event = append(tx, caller, chat_id, change).await?;
    Ok(Outcome {
        payload: RemoveMessagePayload {
            message: message.into(),
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
