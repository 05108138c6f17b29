//! Who takes part in a chat: what they may do there, and how they join and leave.

pub mod access;
pub mod invite;
pub mod join;
pub mod leave;
pub mod user_ids;
