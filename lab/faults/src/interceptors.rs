//! What the proxies between processes do to the bytes that pass.

pub mod byte_trigger;
pub mod message_corruption;
