//! `addParticipant`: one other is brought in, with any role.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use shared_schema::{ChatId, Cursor, ParticipantRole, UserId};

use crate::{
    objects,
    participants::{invite::Invitation, user_ids::UserIds},
    state::RequestContext,
};

/// Whom to bring in, where, and as what.
#[derive(InputObject)]
pub struct AddParticipantInput {
    /// A group or public chat.
    chat_id: ChatId,
    /// The user.
    user_id: UserId,
    /// What they may do. More than a member only if the caller is an owner.
    #[graphql(default_with = "Some(ParticipantRole::Member)")]
    role: Option<ParticipantRole>,
}

/// They take part.
#[derive(SimpleObject)]
pub struct AddParticipantPayload {
    /// The user in the chat.
    participant: objects::Participant,
    /// The position right after the event that added them; if they took part before, right after the chat's newest
    /// event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddParticipant;

#[Object]
impl AddParticipant {
    /// Adds a user to a group or public chat. For owners and admins. A user who takes part already stays as they are.
    async fn add_participant(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to bring in, where, and as what.")] input: AddParticipantInput,
    ) -> async_graphql::Result<AddParticipantPayload> {
        let caller = Caller::of(context)?.clone();
        let invitation = Invitation {
            field: "userId",
            people: UserIds::one(input.user_id),
            role: input.role.unwrap_or(ParticipantRole::Member),
        };
        let state = context.state()?;
        let invited = invitation
            .carry_out(&state.transactions, &state.limits, caller, input.chat_id)
            .await?;
        let participant = invited.participants.into_iter().next();
        Ok(AddParticipantPayload {
            participant: participant
                .ok_or_else(|| Error::internal("nobody was added"))?
                .into(),
            cursor: invited.cursor,
        })
    }
}
