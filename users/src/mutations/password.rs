//! Mutations of the caller's password.

pub(crate) mod change_password;
