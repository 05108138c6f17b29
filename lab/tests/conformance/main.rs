//! Antiphon for clients and test suites that others wrote, and for those that mean harm.
//!
//! One test at a time, over one stack: what a test breaks it mends.
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
