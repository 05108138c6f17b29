//! What the test servers promise to the tests of every other crate.
#![allow(clippy::unwrap_used)]

mod configuration;
mod postgres;
mod processes;
mod redis;
