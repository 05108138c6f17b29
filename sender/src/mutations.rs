//! The mutations, grouped by noun: one file per operation, each with its input, payload, resolver and rule in this
//! order. Each noun is merged by itself, because the types of resolvers nest as deep as a list of merged objects is long.

mod chats;
mod messages;
mod participants;
mod reactions;
mod settings;
mod signals;
mod threads;

use async_graphql::MergedObject;

/// All changes to chats and messages. Each mutation is one database transaction and requires a signed-in caller. Where
/// a payload has a `cursor`, it is the feed position right after the change: pass it to a query's `atLeast` to read
/// your own write.
#[derive(Default, MergedObject)]
pub struct Mutation(
    chats::ChatMutations,
    participants::ParticipantMutations,
    messages::MessageMutations,
    reactions::ReactionMutations,
    threads::ThreadMutations,
    settings::SettingsMutations,
    signals::set_typing::SetTyping,
);
