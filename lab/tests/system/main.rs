//! Two instances of everything behind the load balancer, looked at from outside.
//!
//! One test at a time: each may use the whole machine, and bounds on delays mean something.
#![allow(clippy::unwrap_used)]

mod authorization;
mod balancer;
mod degradation;
mod delivery;
mod erasure;
mod idempotency;
mod lifecycle;
mod replica;
mod resume;
mod roles;
mod sessions;
mod shared_stack;
mod small_requests;
mod up;
