//! What a request says about the machine it came from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use async_graphql::Context;
use axum::http::{HeaderMap, header::USER_AGENT};
use chassis::Error;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";
const USER_AGENT_CHARS: usize = 256;

/// The client behind a request.
pub(crate) struct Client {
    /// What limits per address count by.
    pub(crate) network: String,
    /// What it calls itself; empty when it does not.
    pub(crate) user_agent: String,
}

impl Client {
    /// `trusted` are the proxies whose word about the address behind them is taken.
    pub(crate) fn of(context: &Context<'_>, trusted: &[IpNet]) -> Result<Self, Error> {
        let absent = |_| Error::internal("a request without its connection");
        let peer: SocketAddr = *context.data().map_err(absent)?;
        let headers: &HeaderMap = context.data().map_err(absent)?;
        let user_agent = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            network: network(address(peer.ip(), headers, trusted)).to_string(),
            user_agent: user_agent
                .unwrap_or_default()
                .chars()
                .take(USER_AGENT_CHARS)
                .collect(),
        })
    }
}

/// The peer, unless it is a proxy of ours: then the last entry of `X-Forwarded-For`, which is the one that the proxy
/// wrote. All entries before it are the client's own words.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.iter().any(|network| network.contains(&peer)) {
        return peer;
    }
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
        .map_or(peer, |address: IpAddr| address.to_canonical())
}

/// One household: an IPv4 address, or the /64 in which a device picks its own IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn key(peer: &str, forwarded_for: &[&str]) -> String {
        let trusted: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        network(address(peer.parse().unwrap(), &headers, &trusted)).to_string()
    }

    #[test]
    fn a_stranger_is_not_asked_who_it_is() {
        assert_eq!(key("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_proxy_is_believed_about_the_last_entry_only() {
        assert_eq!(key("127.0.0.1", &["1.2.3.4, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            key("127.0.0.1", &["1.2.3.4", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(key("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn a_proxy_that_says_nothing_useful_stands_for_itself() {
        assert_eq!(key("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(key("127.0.0.1", &["198.51.100.1, unknown"]), "127.0.0.1");
    }

    #[test]
    fn addresses_of_one_network_are_one_client() {
        assert_eq!(
            key("2001:db8:1:2:3:4:5:6", &[]),
            key("2001:db8:1:2:ffff::1", &[])
        );
        assert_ne!(key("2001:db8:1:2::1", &[]), key("2001:db8:1:3::1", &[]));
        assert_eq!(key("::ffff:198.51.100.1", &[]), "198.51.100.1");
    }
}
