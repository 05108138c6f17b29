//! The mutations, grouped by noun: one file per operation, each with its input, payload, resolver and rule in this
//! order.

mod chats;
mod messages;
mod participants;
mod reactions;
mod signals;
mod threads;

use async_graphql::MergedObject;

/// All changes to chats and messages. Each mutation is one database transaction and requires a signed-in caller. Where
/// a payload has a `cursor`, it is the feed position right after the change: pass it to a query's `atLeast` to read
/// your own write.
#[derive(Default, MergedObject)]
pub struct Mutation(
    chats::create_chat::CreateChat,
    chats::update_chat::UpdateChat,
    chats::remove_chat::RemoveChat,
    participants::join_chat::JoinChat,
    participants::leave_chat::LeaveChat,
    participants::add_participant::AddParticipant,
    participants::add_participants::AddParticipants,
    participants::remove_participant::RemoveParticipant,
    participants::change_participant_role::ChangeParticipantRole,
    messages::create_message::CreateMessage,
    messages::update_message::UpdateMessage,
    messages::remove_message::RemoveMessage,
    messages::mark_as_read::MarkAsRead,
    reactions::add_reaction::AddReaction,
    reactions::remove_reaction::RemoveReaction,
    threads::follow_thread::FollowThread,
    threads::unfollow_thread::UnfollowThread,
    threads::mark_thread_as_read::MarkThreadAsRead,
    signals::set_typing::SetTyping,
);
