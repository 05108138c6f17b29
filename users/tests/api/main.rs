//! The service from outside: HTTP in, Postgres and Redis behind it.
#![allow(clippy::unwrap_used)]

mod app;
mod login;
mod register;
mod sdl;
