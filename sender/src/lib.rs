#![doc = include_str!("../README.md")]

mod admission;
mod app;
mod batches;
mod chat_name;
mod client_id;
pub mod config;
mod content;
mod db;
mod departure;
mod description;
pub mod graphql;
mod lanes;
mod limits;
mod mutations;
mod participation;
mod people;
mod publish;
mod queries;
mod request_hash;
mod writer;

pub use app::Application;
pub use config::{Config, LimitArgs};
