//! `/.well-known/jwks.json`: the public keys with which other services check our tokens.

use std::sync::Arc;

use axum::{Json, Router, http::header::CACHE_CONTROL, response::IntoResponse, routing::get};
use jsonwebtoken::jwk::JwkSet;

/// Short enough that a new key is known everywhere long before it signs.
const CACHE: &str = "public, max-age=300";

pub(crate) fn router(keys: JwkSet) -> Router {
    let keys = Arc::new(keys);
    let publish = move || async move { ([(CACHE_CONTROL, CACHE)], Json(keys)).into_response() };
    Router::new().route("/.well-known/jwks.json", get(publish))
}
