//! Accounts: what its owner sees of one, and what an address and a name may be.

pub(crate) mod account;
pub(crate) mod display_name;
pub(crate) mod email;
pub(crate) mod username;
