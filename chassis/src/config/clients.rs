//! Trusted proxies, and rate limits of root fields.

use std::{net::IpAddr, time::Duration};

use clap::Args;
use ipnet::{AddrParseError, IpNet};

use crate::{
    client_address::TrustedProxies,
    graphql::FieldLimits,
    rate_limit::{Class, Limiter, Rate},
};

/// The proxies whose `X-Forwarded-For` header is trusted.
#[derive(Args, Clone, Debug, Default)]
pub struct ProxyArgs {
    /// Addresses and networks of the load balancers whose `X-Forwarded-For` header is trusted, separated by commas.
    /// Only the last entry of the header is used. For requests from any other peer, the peer's own address counts as
    /// the client's. List nothing but the load balancers: whoever can connect from one of these addresses can pretend
    /// to be any client. By default, no proxy is trusted.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
}

impl ProxyArgs {
    /// The proxies.
    #[must_use]
    pub fn proxies(&self) -> TrustedProxies {
        TrustedProxies::new(self.trusted_proxies.clone())
    }
}

/// Rate limits for all root fields, in addition to the limits of single operations. Each instance counts for itself.
#[derive(Args, Clone, Debug)]
pub struct RateArgs {
    /// Rate limit of GraphQL root fields for each user, such as `50/s` or `100/10s`: a burst of a hundred, then ten per
    /// second; the units are s, m, h and d. `off` disables the limit. Each instance counts for itself.
    #[arg(long, env = "OPERATIONS_PER_USER", default_value_t = DEFAULT_OPERATIONS)]
    pub operations_per_user: Rate,
    /// Rate limit of GraphQL root fields for each client address without a token; an IPv6 address counts as its /64
    /// network. Each instance counts for itself.
    #[arg(long, env = "OPERATIONS_PER_ADDRESS", default_value_t = DEFAULT_OPERATIONS_OF_STRANGERS)]
    pub operations_per_address: Rate,
}

/// Opening a page of the web client takes about a dozen root fields.
const DEFAULT_OPERATIONS: Rate = Rate::new(100, Duration::from_secs(2));

/// All clients of an office that share one address may refresh their tokens at once.
const DEFAULT_OPERATIONS_OF_STRANGERS: Rate = Rate::new(200, Duration::from_secs(4));

impl RateArgs {
    /// No limits.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            operations_per_user: Rate::OFF,
            operations_per_address: Rate::OFF,
        }
    }

    /// The limits of an endpoint.
    #[must_use]
    pub fn field_limits(&self, limiter: &Limiter, proxies: &TrustedProxies) -> FieldLimits {
        FieldLimits::new(
            limiter,
            proxies,
            Class::new("operations", self.operations_per_user),
            Class::new("operations-of-strangers", self.operations_per_address),
        )
    }
}

impl Default for RateArgs {
    fn default() -> Self {
        Self {
            operations_per_user: DEFAULT_OPERATIONS,
            operations_per_address: DEFAULT_OPERATIONS_OF_STRANGERS,
        }
    }
}

/// Parses a network; a single address is read as a network of one address.
fn network(text: &str) -> Result<IpNet, AddrParseError> {
    let text = text.trim();
    text.parse()
        .or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error))
}
