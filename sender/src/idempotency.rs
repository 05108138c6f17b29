//! What tells a retry from a new request: the client's id, and a hash of the request.

pub mod key;
pub mod request_hash;
