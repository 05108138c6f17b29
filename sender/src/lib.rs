#![doc = include_str!("../README.md")]

mod app;
mod chats;
pub mod config;
mod db;
pub mod graphql;
mod idempotency;
mod limits;
mod messages;
mod mutations;
mod participants;
mod queries;
mod transaction;

pub use app::Application;
pub use config::{Config, LimitArgs};
