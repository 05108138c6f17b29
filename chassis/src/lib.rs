#![doc = include_str!("../README.md")]

pub mod auth;
pub mod client_address;
pub mod config;
mod connections;
pub mod error;
pub mod graphql;
pub mod health;
pub mod metrics;
pub mod postgres;
pub mod publisher;
pub mod rate_limit;
pub mod service;
pub mod shutdown;
pub mod telemetry;

pub use auth::{Caller, EndedSession, EndedSessions, Verifier};
pub use client_address::{Network, TrustedProxies};
pub use error::{Error, StartError};
pub use rate_limit::{Limiter, SharedLimiter, Subject};
pub use service::{BoundService, ServiceBuilder};
