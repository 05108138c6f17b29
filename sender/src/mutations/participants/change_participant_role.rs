//! `changeParticipantRole`: gives a participant another role.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, ParticipantRole, Reason, UserId};

use crate::{
    db::participants, objects, participants::access::Participation, state::RequestContext,
};

/// The participant, and their new role.
#[derive(InputObject)]
pub struct ChangeParticipantRoleInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The id of the participant. May be the caller.
    user_id: UserId,
    /// The new role.
    role: ParticipantRole,
}

/// The result of changing a participant's role.
#[derive(SimpleObject)]
pub struct ChangeParticipantRolePayload {
    /// The participant with their current role.
    participant: objects::Participant,
    /// The position right after the change. If the participant already had the role, the position right after the
    /// chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct ChangeParticipantRole;

#[Object]
impl ChangeParticipantRole {
    /// Gives a participant of a group or public chat another role. Only owners may do this. Fails with `CONFLICT` if it
    /// would leave the chat without an owner.
    async fn change_participant_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The participant, and their new role.")] input: ChangeParticipantRoleInput,
    ) -> async_graphql::Result<ChangeParticipantRolePayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            change(tx, &participation, input.user_id, input.role).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn change(
    tx: &Transaction<'_>,
    participation: &Participation,
    user_id: UserId,
    role: ParticipantRole,
) -> Result<Outcome<ChangeParticipantRolePayload>, Error> {
    participation.forbid_direct_chat()?;
    participation.require(ParticipantRole::Owner)?;
    let chat_id = participation.chat_id();
    let participant = participants::find(tx, chat_id, user_id)
        .await?
        .ok_or_else(|| Error::not_found_in("userId", "participant"))?;
    if participant.role == role {
        return Ok(Outcome::unchanged(ChangeParticipantRolePayload {
            participant: objects::Participant::shown_to(participation.own.user_id, participant),
            cursor: participation.cursor(),
        }));
    }
    if participant.role == ParticipantRole::Owner
        && !participants::has_other_owner(tx, chat_id, user_id).await?
    {
        return Err(Error::conflict(Reason::LastOwner));
    }
    let participant = participants::set_role(tx, chat_id, user_id, role).await?;
    let change = Change::ParticipantRoleChanged { user_id, role };
    let event = append(tx, participation.own.user_id, chat_id, change).await?;
    Ok(Outcome {
        payload: ChangeParticipantRolePayload {
            participant: objects::Participant::shown_to(participation.own.user_id, participant),
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
