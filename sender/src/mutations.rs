//! What can be changed: one file per operation, each with its input, payload, resolver and rule in this order.

mod add_participant;
mod add_participants;
mod change_participant_role;
mod create_chat;
pub mod create_message;
mod join_chat;
mod leave_chat;
mod mark_as_read;
mod remove_chat;
mod remove_message;
mod remove_participant;
mod set_typing;
mod update_chat;
mod update_message;

use async_graphql::MergedObject;

/// Everything that changes chats and messages. Each mutation is one transaction, and needs a sign-in. Every `cursor` in
/// an answer is the position right after what the mutation did: hand it to a query's `atLeast` to read your own write.
#[derive(Default, MergedObject)]
pub struct Mutation(
    create_chat::CreateChat,
    update_chat::UpdateChat,
    remove_chat::RemoveChat,
    join_chat::JoinChat,
    leave_chat::LeaveChat,
    add_participant::AddParticipant,
    add_participants::AddParticipants,
    remove_participant::RemoveParticipant,
    change_participant_role::ChangeParticipantRole,
    create_message::CreateMessage,
    update_message::UpdateMessage,
    remove_message::RemoveMessage,
    mark_as_read::MarkAsRead,
    set_typing::SetTyping,
);
