//! Distinguishes a retry from a new request, by the client's id and a hash of the request.

pub mod key;
pub mod request_hash;
