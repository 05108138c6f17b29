//! The service from outside: HTTP in, Postgres and Redis behind it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod app;
mod change_password;
mod change_username;
mod conformance;
mod database;
mod deactivate_user;
mod ended_sessions;
mod feed;
mod health;
mod instances;
mod limits;
mod login;
mod logout;
mod me;
mod process;
mod refresh_session;
mod register;
mod revoke_session;
mod search_users;
mod sessions;
mod set_read_receipts;
mod tokens;
mod update_profile;
mod user;
