//! Tests of two instances of each service behind the load balancer, from outside.
//!
//! One test runs at a time, so that each may use the whole machine and bounds on delays are meaningful.
#![allow(clippy::unwrap_used)]

mod authorization;
mod balancer;
mod degradation;
mod delivery;
mod erasure;
mod idempotency;
mod lifecycle;
mod local_state;
mod resume;
mod roles;
mod sessions;
mod shared_stack;
mod small_requests;
mod up;
