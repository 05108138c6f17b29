//! Sessions: how a device signs in, the tokens that it is given, and the key that signs them.

pub(crate) mod access_token;
pub(crate) mod authenticated;
pub(crate) mod client_info;
pub(crate) mod device_token;
pub(crate) mod jwks;
pub(crate) mod refresh_token;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod signing_key;
