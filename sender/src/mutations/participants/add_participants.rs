//! `addParticipants`: others are brought in, many at once.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::Caller;
use shared_schema::{ChatId, Cursor, ParticipantRole, UserId};

use crate::{
    objects,
    participants::{invite::Invitation, user_ids::UserIds},
    state::RequestContext,
};

/// Whom to bring in, and where.
#[derive(InputObject)]
pub struct AddParticipantsInput {
    /// A group or public chat.
    chat_id: ChatId,
    /// 1 to 250 users; naming one twice is naming them once.
    user_ids: Vec<UserId>,
}

/// They take part.
#[derive(SimpleObject)]
pub struct AddParticipantsPayload {
    /// Everyone who was named, also those who took part before.
    participants: Vec<objects::Participant>,
    /// The position right after the event that added them; if all of them took part before, right after the chat's
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddParticipants;

#[Object]
impl AddParticipants {
    /// Adds users to a group or public chat as members, with one event. For owners and admins. Users who take part
    /// already stay as they are.
    async fn add_participants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to bring in, and where.")] input: AddParticipantsInput,
    ) -> async_graphql::Result<AddParticipantsPayload> {
        let caller = Caller::of(context)?.clone();
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
        Ok(AddParticipantsPayload {
            participants: invited.participants.into_iter().map(Into::into).collect(),
            cursor: invited.cursor,
        })
    }
}
