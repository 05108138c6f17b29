//! Where clients come from, and how often they may ask for something.

use std::{net::IpAddr, time::Duration};

use clap::Args;
use ipnet::{AddrParseError, IpNet};

use crate::{
    client_address::TrustedProxies,
    graphql::FieldLimits,
    rate_limit::{Class, Limiter, Rate},
};

/// Whom to believe about where requests come from.
#[derive(Args, Clone, Debug, Default)]
pub struct ProxyArgs {
    /// The load balancer: addresses and networks, separated by commas, whose `X-Forwarded-For` is believed. Only its last
    /// entry counts. Of a request from anywhere else only the peer's address does. Name the load balancer and nothing
    /// wider: whoever can connect from one of these addresses can pretend to be anyone. By default nobody is believed.
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

/// How often whatever has no limit of its own may be asked for. Counted by each instance for itself.
#[derive(Args, Clone, Debug)]
pub struct RateArgs {
    /// Root fields that one user may ask for. Written `50/s`, or `100/10s`: a hundred at once, then ten per second; the
    /// units are s, m, h and d. `off` is no limit. Counted by each instance for itself.
    #[arg(long, env = "OPERATIONS_PER_USER", default_value_t = DEFAULT_OPERATIONS)]
    pub operations_per_user: Rate,
    /// Root fields that one address may ask for without a token; an IPv6 address counts as its /64. Counted by each
    /// instance for itself.
    #[arg(long, env = "OPERATIONS_PER_ADDRESS", default_value_t = DEFAULT_OPERATIONS_OF_STRANGERS)]
    pub operations_per_address: Rate,
}

/// A page that opens asks for a dozen.
const DEFAULT_OPERATIONS: Rate = Rate::new(100, Duration::from_secs(2));

/// A whole office may come back at once to renew its tokens.
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

/// A lone address is the network of itself.
fn network(text: &str) -> Result<IpNet, AddrParseError> {
    let text = text.trim();
    text.parse()
        .or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error))
}
