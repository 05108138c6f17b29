//! Authorization of reading chats.

pub(crate) mod access;
pub(crate) mod participation;
