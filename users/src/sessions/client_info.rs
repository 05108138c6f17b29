//! What a request says about the machine it came from.

use std::net::SocketAddr;

use async_graphql::Context;
use axum::http::{HeaderMap, header::USER_AGENT};
use chassis::{Error, Network, TrustedProxies};

const MAX_USER_AGENT_CHARACTERS: usize = 256;

/// The client behind a request.
pub(crate) struct ClientInfo {
    /// What limits per address count by.
    pub(crate) network: Network,
    /// What it calls itself; empty when it does not.
    pub(crate) user_agent: String,
}

impl ClientInfo {
    /// `proxies` are trusted to report the client's address.
    pub(crate) fn of(context: &Context<'_>, proxies: &TrustedProxies) -> Result<Self, Error> {
        let absent = |_| Error::internal("the request has no information about its connection");
        let peer: SocketAddr = *context.data().map_err(absent)?;
        let headers: &HeaderMap = context.data().map_err(absent)?;
        let user_agent = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            network: proxies.client(peer, headers),
            user_agent: user_agent
                .unwrap_or_default()
                .chars()
                .take(MAX_USER_AGENT_CHARACTERS)
                .collect(),
        })
    }
}
