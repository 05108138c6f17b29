//! One file per mutation: input, payload, resolver, rule.

pub(crate) mod change_password;
pub(crate) mod change_username;
pub(crate) mod deactivate_user;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod refresh_session;
pub(crate) mod register;
pub(crate) mod revoke_session;
pub(crate) mod update_profile;
