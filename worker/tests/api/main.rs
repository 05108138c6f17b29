//! The service from outside: what is in Postgres before, and after.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod app;
mod clean_up;
mod consumer;
mod crashes;
mod database;
mod erasure;
mod lifecycle;
mod queue;
mod words;
