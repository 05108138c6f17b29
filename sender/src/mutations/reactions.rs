//! Mutations about reactions.

pub mod add_reaction;
pub mod remove_reaction;
