//! Accounts as their owners see them, and the rules of addresses and names.

pub(crate) mod account;
pub(crate) mod display_name;
pub(crate) mod email;
pub(crate) mod username;
