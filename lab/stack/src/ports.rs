//! Free loopback ports, and the owners of other ports.

mod listener_owner;

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

pub use listener_owner::listener_owner;

static HANDED_OUT: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A loopback port that nobody listens on and that this function has not returned before.
///
/// It is below the range from which the kernel takes the ports of outgoing connections: a server that is restarted must find
/// its port free, and a client that connects to a stopped server must not be connected to itself.
pub fn free() -> u16 {
    let mut guard = HANDED_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let handed_out = guard.get_or_insert_default();
    for _ in 0..10_000 {
        let [.., high, low] = *uuid::Uuid::now_v7().as_bytes();
        let port = 15_000 + u16::from_be_bytes([high, low]) % 17_000;
        let is_free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        if is_free && handed_out.insert(port) {
            return port;
        }
    }
    panic!("no free loopback port between 15000 and 31999");
}
