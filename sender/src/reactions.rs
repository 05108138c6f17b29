//! Reactions: what a user may react with, and how the reactions to a chat's messages change.

mod apply;
pub mod batcher;
pub mod emoji;
mod plan;
pub mod toggle;
