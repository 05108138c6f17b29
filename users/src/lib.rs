#![doc = include_str!("../README.md")]

mod accounts;
mod app;
mod config;
mod db;
mod limits;
mod mutations;
mod passwords;
mod pending_events;
mod queries;
mod schema;
mod sessions;
mod state;

pub use app::Application;
pub use config::{Config, LimitArgs, MintArgs};
pub use schema::sdl;
