//! Mutations that start, prolong and end sessions.

pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod refresh_session;
pub(crate) mod revoke_session;
