#![doc = include_str!("../README.md")]

mod app;
mod config;
mod db;
pub mod feeds;
mod follower;
mod graphql;
mod hints;
mod inbox;
mod pages;
mod participation;
mod press;
mod queries;
mod replica;
mod socket;
mod sources;
mod subscriptions;

pub use app::Application;
pub use config::{Config, LiveArgs, ReplicaArgs};
pub use graphql::sdl;
