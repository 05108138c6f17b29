//! Mutations of participants and their roles.

mod add_participant;
mod add_participants;
mod change_participant_role;
mod join_chat;
mod leave_chat;
mod remove_participant;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct ParticipantMutations(
    join_chat::JoinChat,
    leave_chat::LeaveChat,
    add_participant::AddParticipant,
    add_participants::AddParticipants,
    remove_participant::RemoveParticipant,
    change_participant_role::ChangeParticipantRole,
);
