//! Interceptors: what the proxies between processes do with the bytes that pass.

pub mod byte_trigger;
pub mod message_corruption;
