//! What every connection works with.

use chassis::{TrustedProxies, Verifier, graphql::Endpoint, postgres::Pool};

use super::connection_registry::ConnectionRegistry;
use crate::live::{feeds::hub::Hub, shared_execution::executor::SharedExecutor};

/// What every connection works with.
pub(crate) struct ConnectionContext {
    /// Executes subscriptions.
    pub(crate) executor: SharedExecutor,
    /// Measures documents and prepares requests, with the same limits as over HTTP.
    pub(crate) endpoint: Endpoint,
    /// Verifies access tokens.
    pub(crate) verifier: Verifier,
    /// For the caller's own feed, which says when a session ends.
    pub(crate) hub: Hub,
    /// For the check that a session has not ended yet.
    pub(crate) pool: Pool,
    /// All open connections.
    pub(crate) connections: ConnectionRegistry,
    /// The proxies that are trusted about the client's address of an upgrade.
    pub(crate) proxies: TrustedProxies,
    /// Origins that a browser may connect from, besides our own.
    pub(crate) allowed_origins: Vec<String>,
}
