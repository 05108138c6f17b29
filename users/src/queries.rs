//! One file per query: result, resolver, rule.

pub(crate) mod me;
pub(crate) mod search_users;
pub(crate) mod sessions;
pub(crate) mod user;
pub(crate) mod user_by_username;
pub(crate) mod users;
