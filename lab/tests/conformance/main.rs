//! Tests with clients and test suites by others, and with hostile clients.
//!
//! One test runs at a time, and all use one stack. A test repairs what it breaks.
#![allow(clippy::unwrap_used)]

mod absence;
mod bytes;
mod clients;
mod follower;
mod fuzz;
mod kits;
mod refresh;
mod rotation;
mod shared_stack;
