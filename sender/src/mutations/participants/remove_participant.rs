//! `removeParticipant`: removes another user from a chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, Cursor, ParticipantRole, Reason, UserId};

use crate::{
    db::participants,
    participants::{access::Participation, leave::end_participation},
    state::RequestContext,
};

/// The user to remove, and the chat to remove them from.
#[derive(InputObject)]
pub struct RemoveParticipantInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The id of the user to remove. Must not be the caller.
    user_id: UserId,
}

/// The result of removing a participant.
#[derive(SimpleObject)]
pub struct RemoveParticipantPayload {
    /// The id of the chat.
    chat_id: ChatId,
    /// The id of the user who was removed.
    user_id: UserId,
    /// The position right after the event that removed them.
    cursor: Cursor,
}

#[derive(Default)]
pub struct RemoveParticipant;

#[Object]
impl RemoveParticipant {
    /// Removes a user from a group or public chat. The user receives no later events of the chat. Admins can remove
    /// members; owners can remove anyone. Use `leaveChat` to remove yourself.
    async fn remove_participant(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The user to remove, and the chat to remove them from.")]
        input: RemoveParticipantInput,
    ) -> async_graphql::Result<RemoveParticipantPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            remove(tx, &participation, input.user_id).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn remove(
    tx: &Transaction<'_>,
    participation: &Participation,
    user: UserId,
) -> Result<Outcome<RemoveParticipantPayload>, Error> {
    participation.forbid_direct_chat()?;
    participation.require(ParticipantRole::Admin)?;
    let chat_id = participation.chat_id();
    if user == participation.own.user_id {
        return Err(Error::bad_input("userId", Reason::LeaveInstead));
    }
    let target = participants::find(tx, chat_id, user)
        .await?
        .ok_or_else(|| Error::not_found_in("userId", "participant"))?;
    if target.role > ParticipantRole::Member {
        participation.require(ParticipantRole::Owner)?;
    }
    let left = end_participation(tx, participation, user).await?;
    Ok(Outcome {
        payload: RemoveParticipantPayload {
            chat_id,
            user_id: user,
            cursor: left.cursor,
        },
        events: PendingEvents::default().events(left.events),
    })
}
