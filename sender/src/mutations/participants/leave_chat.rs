//! `leaveChat`: ends the caller's own participation in a chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, ParticipantRole, Reason};

use crate::{
    db::participants,
    participants::{
        access::Participation,
        leave::{end_participation, remove_chat},
    },
    state::RequestContext,
};

/// The chat to leave.
#[derive(InputObject)]
pub struct LeaveChatInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
}

/// The result of leaving a chat.
#[derive(SimpleObject)]
pub struct LeaveChatPayload {
    /// The id of the chat that the caller has left.
    chat_id: ChatId,
}

#[derive(Default)]
pub struct LeaveChat;

#[Object]
impl LeaveChat {
    /// Ends the caller's participation in a group or public chat. The last owner must make another participant an owner
    /// first. When the last participant leaves, the chat is removed.
    async fn leave_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat to leave.")] input: LeaveChatInput,
    ) -> async_graphql::Result<LeaveChatPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            leave(tx, &participation).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn leave(
    tx: &Transaction<'_>,
    participation: &Participation,
) -> Result<Outcome<LeaveChatPayload>, Error> {
    participation.forbid_direct_chat()?;
    let chat_id = participation.chat_id();
    let caller = participation.own.user_id;
    let left = if participation.chat.participant_count == 1 {
        remove_chat(tx, participation).await?
    } else {
        if participation.has(ParticipantRole::Owner)
            && !participants::has_other_owner(tx, chat_id, caller).await?
        {
            return Err(Error::conflict(Reason::LastOwner));
        }
        end_participation(tx, participation, caller).await?
    };
    Ok(Outcome {
        payload: LeaveChatPayload { chat_id },
        events: PendingEvents::default().events(left.events),
    })
}
