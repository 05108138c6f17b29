//! `markAsRead`: moves the caller's read mark forward.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, append};
use futures_util::try_join;
use shared_schema::{Change, ChatId, Cursor, Number};

use crate::{
    db::{feeds, participants},
    messages::number::require_number,
    objects,
    participants::{
        access::{ChatAccess, chat_not_found},
        receipts,
    },
    state::RequestContext,
};

/// The chat, and the number of the last message that the caller has read.
#[derive(InputObject)]
pub struct MarkAsReadInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The number of the last message that the caller has read; all earlier messages count as read. At least 1. A
    /// number beyond the newest message counts as the newest message.
    number: Number,
}

/// The result of marking messages as read.
#[derive(SimpleObject)]
pub struct MarkAsReadPayload {
    /// The caller's participation, with the current read mark.
    participant: objects::Participant,
    /// The number of unread messages: those after the read mark that have not been removed and are not the caller's own
    /// replies in threads.
    unread_count: Number,
    /// A position in the caller's own feed: right after the change, or right after the newest event if the mark did not
    /// move.
    cursor: Cursor,
}

#[derive(Default)]
pub struct MarkAsRead;

#[Object]
impl MarkAsRead {
    /// Moves the caller's read mark in a chat forward, over any number of messages at once. The mark never moves back. What
    /// was read was delivered, too.
    async fn mark_as_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat, and the number of the last message that the caller has read.")]
        input: MarkAsReadInput,
    ) -> async_graphql::Result<MarkAsReadPayload> {
        let caller = Caller::of(context)?.clone();
        require_number("number", input.number)?;
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| mark(tx, &caller, &input).await;
        Ok(transactions.run(rule).await?)
    }
}

/// Does not lock the chat: the mark belongs to its reader, and thousands of participants may read while one writes. The
/// participant's row serves as the lock; the statement that changes it checks it again.
async fn mark(
    tx: &Transaction<'_>,
    caller: &Caller,
    input: &MarkAsReadInput,
) -> Result<Outcome<MarkAsReadPayload>, Error> {
    let chat_id = input.chat_id;
    ChatAccess::of(tx, caller, chat_id)
        .await?
        .require_participant()?;
    let moved = participants::mark_read(tx, chat_id, caller.user_id, input.number).await?;
    let Some(participant) = moved else {
        return unmoved(tx, caller, chat_id).await;
    };
    let last_read_number = participant.last_read_number;
    let change = Change::ReadMarkMoved {
        chat_id,
        last_read_number,
    };
    let event = append(tx, caller.user_id, caller.user_id, change).await?;
    let chats = [chat_id];
    let (unread_count, receipts) = try_join!(
        unread(tx, caller, chat_id),
        participants::receipts_of(tx, caller.user_id, &chats),
    )?;
    Ok(Outcome {
        payload: MarkAsReadPayload {
            participant: objects::Participant::shown_to(caller.user_id, participant),
            unread_count,
            cursor: event.cursor(),
        },
        events: receipts::signals(&receipts).event(event),
    })
}

async fn unmoved(
    tx: &Transaction<'_>,
    caller: &Caller,
    chat_id: ChatId,
) -> Result<Outcome<MarkAsReadPayload>, Error> {
    let (participant, unread_count, own_feed) = try_join!(
        participants::find(tx, chat_id, caller.user_id),
        unread(tx, caller, chat_id),
        feeds::find(tx, caller.user_id.into()),
    )?;
    // They may have been removed since the check.
    let participant = participant.ok_or_else(chat_not_found)?;
    let own_feed = own_feed.ok_or_else(Error::unauthenticated)?;
    Ok(Outcome::unchanged(MarkAsReadPayload {
        participant: objects::Participant::shown_to(caller.user_id, participant),
        unread_count,
        cursor: own_feed.cursor(),
    }))
}

async fn unread(tx: &Transaction<'_>, caller: &Caller, chat_id: ChatId) -> Result<Number, Error> {
    let unread = participants::unread(tx, chat_id, caller.user_id).await?;
    unread.ok_or_else(chat_not_found)
}
