//! `setTyping`: tells the other participants that the caller is typing.

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

/// The chat, and whether the caller is typing.
#[derive(InputObject)]
pub struct SetTypingInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// True while the caller is typing; repeat the mutation every few seconds. False when the caller has stopped.
    typing: bool,
}

/// The result of reporting the typing state. Delivery to the other participants is best effort.
#[derive(SimpleObject)]
pub struct SetTypingPayload {
    /// The id of the chat.
    chat_id: ChatId,
    /// When clients stop showing the caller as typing unless the mutation is repeated: 6 seconds from now, or now if
    /// `typing` was false.
    until: Instant,
}

#[derive(Default)]
pub struct SetTyping;

#[Object]
impl SetTyping {
    /// Tells the other participants of a chat that the caller is typing or has stopped. Nothing is stored, and delivery
    /// is best effort.
    async fn set_typing(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat, and whether the caller is typing.")] input: SetTypingInput,
    ) -> async_graphql::Result<SetTypingPayload> {
        let caller = Caller::of(context)?;
        let transactions = &context.state()?.transactions;
        Ok(tell(transactions, caller, &input).await?)
    }
}

/// Takes no lock. If the caller is removed at the same moment, receivers that have seen the removal drop the signal.
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
