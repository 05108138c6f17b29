//! Participants: what they may do in a chat, and how they join and leave.

pub mod access;
pub mod invite;
pub mod join;
pub mod leave;
pub mod receipts;
pub mod user_ids;
