//! The chassis, from outside: a tiny service on port 0, over HTTP.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod app;
mod claims;
mod configuration;
mod conformance;
mod connections;
mod database;
mod documents;
mod drain;
mod errors;
mod hostile;
mod ide;
mod language;
mod probes;
mod process;
mod publishing;
mod requests;
mod schema;
mod sdl;
mod tokens;
mod tracing;
