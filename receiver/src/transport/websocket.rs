//! The `graphql-transport-ws` protocol.
//!
//! The GraphQL library's own server is not used: it answers protocol errors with close codes that the official client
//! takes as final, and it has no timeout, no bounds and no drain. This is the protocol, its bounds and the end of a
//! session; execution stays the library's.

pub(crate) mod connection;
pub(crate) mod protocol;
pub(crate) mod upgrade;
