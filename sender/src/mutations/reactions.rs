//! Mutations about reactions.

mod add_reaction;
mod remove_reaction;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct ReactionMutations(add_reaction::AddReaction, remove_reaction::RemoveReaction);
