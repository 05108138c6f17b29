//! The client's address of a request.
//!
//! Behind a load balancer, the peer is the load balancer, and the client's address is in `X-Forwarded-For`, which
//! clients can forge. So only the configured proxies are trusted, and only the last entry is used, which they added
//! themselves.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Bits of an IPv6 address within which a device, or a house, picks its own addresses.
const HOUSE: u32 = 64;

/// Bits of what one customer of a provider is usually given.
const SITE: u32 = 48;

/// One household: an IPv4 address, or the /64 in which a device picks its own IPv6 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of this address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        Self(cut(address.to_canonical(), HOUSE))
    }

    /// The wider network that one customer has: an IPv4 address, or an IPv6 /48.
    #[must_use]
    pub fn site(self) -> Self {
        Self(cut(self.0, SITE))
    }

    /// Its first address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn cut(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits))).into()
        }
    }
}

/// The proxies whose word about the client behind them is taken. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    networks: Vec<IpNet>,
    /// Whether the header was found in a request of an untrusted peer, which is logged once.
    warned: AtomicBool,
}

impl TrustedProxies {
    /// These and no others.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(Arc::new(Inner {
            networks,
            warned: AtomicBool::new(false),
        }))
    }

    /// The network of the client behind a request: of the peer, unless that is a proxy of ours which says more.
    #[must_use]
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Network {
        Network::of(self.address(peer.ip().to_canonical(), headers))
    }

    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let Some(value) = headers.get_all(FORWARDED_FOR).iter().next_back() else {
            return peer;
        };
        if !self
            .0
            .networks
            .iter()
            .any(|network| network.contains(&peer))
        {
            if !self.0.warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(%peer, "ignoring X-Forwarded-For from a peer that is not trusted; if the peer is your load balancer, add it to TRUSTED_PROXIES");
            }
            return peer;
        }
        let last = value.to_str().ok().and_then(|text| text.rsplit(',').next());
        last.and_then(|text| text.trim().parse().ok())
            .unwrap_or(peer)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key(peer: &str, forwarded_for: &[&str]) -> String {
        let networks = vec!["127.0.0.2/32".parse().unwrap(), "::1/128".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let peer: IpAddr = peer.parse().unwrap();
        TrustedProxies::new(networks)
            .client((peer, 4000).into(), &headers)
            .to_string()
    }

    #[test]
    fn an_untrusted_peer_is_not_asked_who_it_is() {
        assert_eq!(key("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(key("127.0.0.1", &["198.51.100.1"]), "127.0.0.1");
    }

    #[test]
    fn by_default_nobody_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "198.51.100.1".parse().unwrap());
        let peer = ([127, 0, 0, 1], 4000).into();
        let network = TrustedProxies::default().client(peer, &headers);
        assert_eq!(network.to_string(), "127.0.0.1");
    }

    #[test]
    fn a_proxy_is_believed_about_the_last_entry_only() {
        assert_eq!(key("127.0.0.2", &["1.2.3.4, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            key("127.0.0.2", &["1.2.3.4", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(key("::ffff:127.0.0.2", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn a_proxy_that_says_nothing_useful_stands_for_itself() {
        assert_eq!(key("127.0.0.2", &[]), "127.0.0.2");
        assert_eq!(key("127.0.0.2", &["198.51.100.1, unknown"]), "127.0.0.2");
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

    #[test]
    fn a_site_is_wider_than_a_house() {
        let site = |text: &str| Network::of(text.parse().unwrap()).site();
        assert_eq!(site("2001:db8:1:2::1"), site("2001:db8:1:ffff::1"));
        assert_ne!(site("2001:db8:1:2::1"), site("2001:db8:2:2::1"));
        assert_ne!(site("198.51.100.1"), site("198.51.100.2"));
    }
}
