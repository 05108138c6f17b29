//! Mutations of participants and their roles.

pub mod add_participant;
pub mod add_participants;
pub mod change_participant_role;
pub mod join_chat;
pub mod leave_chat;
pub mod remove_participant;
