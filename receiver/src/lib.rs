#![doc = include_str!("../README.md")]

mod app;
mod config;
mod databases;
mod db;
mod live;
mod objects;
mod page_cache;
mod participants;
mod queries;
mod schema;
mod search;
mod state;
mod subscriptions;
mod transport;

pub use app::Application;
pub use config::{Config, LiveArgs, ReplicaArgs};
pub use live::feeds::sequencer;
pub use schema::sdl;
