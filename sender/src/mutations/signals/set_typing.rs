//! `setTyping`: someone is about to say something.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use feed_log::PendingEvents;
use futures_util::try_join;
use shared_schema::{ChatId, Instant, Signal};

use crate::{
    db::clock, participants::access::ChatAccess, state::RequestContext,
    transaction::runner::TransactionRunner,
};

/// How long others show that a user is typing, in seconds, unless it is repeated.
const TYPING_TIMEOUT_SECONDS: i32 = 6;

/// Where, and whether.
#[derive(InputObject)]
pub struct SetTypingInput {
    /// The chat.
    chat_id: ChatId,
    /// True while the caller types, to be repeated every few seconds; false when they stop.
    typing: bool,
}

/// Others were told, if they could be.
#[derive(SimpleObject)]
pub struct SetTypingPayload {
    /// The chat.
    chat_id: ChatId,
    /// When others forget it unless it is repeated: 6 seconds from now, or now.
    until: Instant,
}

#[derive(Default)]
pub struct SetTyping;

#[Object]
impl SetTyping {
    /// Tells the others in a chat that the caller types, or has stopped. Best effort: nothing is stored.
    async fn set_typing(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where, and whether.")] input: SetTypingInput,
    ) -> async_graphql::Result<SetTypingPayload> {
        let caller = Caller::of(context)?;
        let transactions = &context.state()?.transactions;
        Ok(tell(transactions, caller, &input).await?)
    }
}

/// Takes no lock: a signal that crosses its sender's removal is dropped by whoever sees both.
async fn tell(
    transactions: &TransactionRunner,
    caller: &Caller,
    input: &SetTypingInput,
) -> Result<SetTypingPayload, Error> {
    let chat_id = input.chat_id;
    let seconds = if input.typing {
        TYPING_TIMEOUT_SECONDS
    } else {
        0
    };
    let client = transactions.client().await?;
    let db = &client;
    let (access, until) = try_join!(
        ChatAccess::of(db, caller, chat_id),
        clock::in_seconds(db, seconds),
    )?;
    access.require_participant()?;
    let signal = Signal::Typing {
        chat_id,
        user_id: caller.user_id,
        until,
    };
    transactions.publish(PendingEvents::default().signal(chat_id, signal));
    Ok(SetTypingPayload { chat_id, until })
}
