//! `addParticipant`: adds one user to a chat, with any role.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use shared_schema::{ChatId, Cursor, ParticipantRole, UserId};

use crate::{
    objects,
    participants::{invite::Invitation, user_ids::UserIds},
    state::RequestContext,
};

/// The user to add, the chat, and the role.
#[derive(InputObject)]
pub struct AddParticipantInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The id of the user to add.
    user_id: UserId,
    /// The role of the new participant. Only owners may assign a role above member.
    #[graphql(default_with = "Some(ParticipantRole::Member)")]
    role: Option<ParticipantRole>,
}

/// The result of adding a participant.
#[derive(SimpleObject)]
pub struct AddParticipantPayload {
    /// The user's participation in the chat.
    participant: objects::Participant,
    /// The position right after the event that added the user. If the user was already a participant, the position
    /// right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddParticipant;

#[Object]
impl AddParticipant {
    /// Adds a user to a group or public chat. Only owners and admins may do this. If the user is already a participant,
    /// nothing changes, including their role.
    async fn add_participant(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The user to add, the chat, and the role.")] input: AddParticipantInput,
    ) -> async_graphql::Result<AddParticipantPayload> {
        let caller = Caller::of(context)?.clone();
        let user = caller.user_id;
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
        let participant =
            participant.ok_or_else(|| Error::internal("the participant to return is missing"))?;
        Ok(AddParticipantPayload {
            participant: objects::Participant::shown_to(user, participant),
            cursor: invited.cursor,
        })
    }
}
