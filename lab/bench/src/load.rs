//! The load: prepared bytes are sent, and as little as possible of the responses is read.
//!
//! One thread with one `epoll` serves all requests, another one all sockets. Requests are templates into which ids are
//! inserted; responses and frames are searched for the few fields that the audit needs and are never parsed as JSON.

pub mod frames;
pub mod http;
pub mod requests;
pub mod scan;
pub mod subscribers;
pub mod subscription;

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970: the same in all processes of a machine.
pub fn now_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as u64)
}
