//! Who may read what of a chat.

pub(crate) mod access;
pub(crate) mod participation;
