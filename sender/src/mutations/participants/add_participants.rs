//! `addParticipants`: adds many users to a chat at once.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::Caller;
use shared_schema::{ChatId, Cursor, ParticipantRole, UserId};

use crate::{
    objects,
    participants::{invite::Invitation, user_ids::UserIds},
    state::RequestContext,
};

/// The users to add, and the chat.
#[derive(InputObject)]
pub struct AddParticipantsInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The ids of 1 to 250 users to add. Duplicates are ignored.
    user_ids: Vec<UserId>,
}

/// The result of adding participants.
#[derive(SimpleObject)]
pub struct AddParticipantsPayload {
    /// The participations of all users in the request, including those who were participants already.
    participants: Vec<objects::Participant>,
    /// The position right after the event that added the users. If all of them were participants already, the position
    /// right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddParticipants;

#[Object]
impl AddParticipants {
    /// Adds users to a group or public chat as members, in a single event. Only owners and admins may do this. Nothing
    /// changes for users who are already participants.
    async fn add_participants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The users to add, and the chat.")] input: AddParticipantsInput,
    ) -> async_graphql::Result<AddParticipantsPayload> {
        let caller = Caller::of(context)?.clone();
        let user = caller.user_id;
        let people = UserIds::parse("userIds", input.user_ids)?.at_least_one("userIds")?;
        let invitation = Invitation {
            field: "userIds",
            people,
            role: ParticipantRole::Member,
        };
        let state = context.state()?;
        let invited = invitation
            .carry_out(&state.transactions, &state.limits, caller, input.chat_id)
            .await?;
        let participants = invited.participants.into_iter();
        Ok(AddParticipantsPayload {
            participants: participants
                .map(|participant| objects::Participant::shown_to(user, participant))
                .collect(),
            cursor: invited.cursor,
        })
    }
}
