#![doc = include_str!("../README.md")]

mod app;
mod config;
mod consumer;
mod consumers;
mod db;
mod indexer;
mod jobs;
mod outage;
mod queue;
mod state;

pub use app::Application;
pub use config::{Config, WorkArgs};
