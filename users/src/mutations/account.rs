//! Mutations of the caller's account as a whole.

pub(crate) mod change_username;
pub(crate) mod deactivate_user;
pub(crate) mod register;
pub(crate) mod set_read_receipts;
pub(crate) mod update_profile;
