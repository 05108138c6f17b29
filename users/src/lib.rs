#![doc = include_str!("../README.md")]

mod access_token;
mod account;
mod app;
mod client;
mod config;
mod confirmation;
mod db;
mod device_token;
mod display_name;
mod email;
mod feed;
mod graphql;
mod hasher;
mod jwks;
mod limits;
mod mutations;
mod password;
mod queries;
mod refresh_token;
mod session;
mod sign_in;
mod signed_in;
mod signing_key;
mod username;

pub use app::Application;
pub use config::{Config, LimitArgs, MintArgs};
pub use graphql::sdl;
