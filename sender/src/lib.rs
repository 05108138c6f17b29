#![doc = include_str!("../README.md")]

mod app;
mod chats;
pub mod config;
mod db;
mod idempotency;
mod limits;
mod mentions;
mod messages;
mod mutations;
mod objects;
mod participants;
mod queries;
mod reactions;
pub mod schema;
mod state;
mod threads;
mod transaction;

pub use app::Application;
pub use config::{Config, LimitArgs};
