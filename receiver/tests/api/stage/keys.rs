//! What `users` does for the receiver: signs access tokens, and publishes the key.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::{Json, Router, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use shared_schema::{ACCESS_TOKEN_TYPE, AccessClaims, SessionId, UserId};
use uuid::Uuid;

const KEY_ID: &str = "test";

/// A signing key whose public half is served on a free port.
pub struct Keys {
    signing: EncodingKey,
    url: String,
}

impl Keys {
    pub async fn serve() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        let set = json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": KEY_ID, "x": x }
        ] });
        let router = Router::new().route("/jwks.json", get(move || async move { Json(set) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            signing: EncodingKey::from_ed_der(pkcs8.as_ref()),
            url,
        }
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// An access token for this session that ends so many seconds from now.
    pub fn token(&self, user: UserId, username: &str, session: SessionId, seconds: i64) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims = AccessClaims {
            iss: "antiphon".into(),
            aud: "antiphon".into(),
            sub: user,
            sid: session,
            username: username.into(),
            jti: Uuid::now_v7(),
            refreshes: 0,
            iat: now - 600,
            exp: now + seconds,
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(ACCESS_TOKEN_TYPE.into());
        header.kid = Some(KEY_ID.into());
        encode(&header, &claims, &self.signing).unwrap()
    }
}
