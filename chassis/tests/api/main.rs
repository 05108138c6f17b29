//! The chassis, from outside: a tiny service on port 0, over HTTP.
#![allow(clippy::unwrap_used)]

mod app;
mod audit;
mod configuration;
mod database;
mod documents;
mod drain;
mod errors;
mod ide;
mod issuer;
mod probes;
mod process;
mod publishing;
mod requests;
mod schema;
mod sdl;
mod tokens;
mod tracing;
