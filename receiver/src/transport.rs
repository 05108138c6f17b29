//! How subscriptions reach clients: over WebSocket or as server-sent events.
//!
//! Invariants: a connection runs a bounded number of operations, each of which is a position and not a queue; nothing is
//! read from a subscription while the client does not read; a connection outlives neither its session nor its token.

pub(crate) mod close;
pub(crate) mod connection_registry;
pub(crate) mod context;
pub(crate) mod operation_result;
pub(crate) mod operation_stream;
pub(crate) mod session_guard;
pub(crate) mod sse;
pub(crate) mod websocket;
