//! The load: prepared bytes out, the least possible reading back.
//!
//! One thread and one `epoll` for all requests, one of each for all sockets. Requests are
//! templates with the ids filled in; answers and frames are searched for the few words that the
//! audit needs and are never parsed as JSON.

pub mod frames;
pub mod http;
pub mod requests;
pub mod scan;
pub mod subscribers;
pub mod subscription;

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970, which two processes of one machine agree on.
pub fn now_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as u64)
}
