//! Signs access tokens as `users` does.

use std::time::SystemTime;

use aws_lc_rs::signature::Ed25519KeyPair;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared_schema::{ACCESS_TOKEN_TYPE, AccessClaims, SessionId, UserId};
use uuid::Uuid;

/// An issuer of tokens with a key of its own.
pub struct TokenIssuer {
    key_id: String,
    key: EncodingKey,
}

impl TokenIssuer {
    /// An issuer with a new key, which tokens name by this id.
    ///
    /// # Panics
    /// When no key can be made.
    pub fn new(key_id: impl Into<String>) -> Self {
        let key = Ed25519KeyPair::generate().expect("an Ed25519 key");
        let pkcs8 = key.to_pkcs8v1().expect("an Ed25519 key");
        Self {
            key_id: key_id.into(),
            key: EncodingKey::from_ed_der(pkcs8.as_ref()),
        }
    }

    /// The public half of the key, as a key set holds it.
    ///
    /// # Panics
    /// Never: the key is an Ed25519 key.
    pub fn jwk(&self) -> Jwk {
        let jwk = Jwk::from_encoding_key(&self.key, Algorithm::EdDSA);
        let mut jwk = jwk.expect("the key is an Ed25519 key");
        jwk.common.key_id = Some(self.key_id.clone());
        jwk
    }

    /// The public half of the key in base64.
    ///
    /// # Panics
    /// Never: the key is an Ed25519 key.
    pub fn public_key(&self) -> String {
        match self.jwk().algorithm {
            AlgorithmParameters::OctetKeyPair(parameters) => parameters.x,
            other => panic!("not an Ed25519 key: {other:?}"),
        }
    }

    /// The header of a good token.
    pub fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(ACCESS_TOKEN_TYPE.into());
        header.kid = Some(self.key_id.clone());
        header
    }

    /// A token with this header and these claims, which may be wrong.
    ///
    /// # Panics
    /// When they cannot be signed with the key.
    pub fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).expect("a header for this key")
    }

    /// An access token that expires so many seconds from now. A negative number makes one that has expired.
    ///
    /// # Panics
    /// When the clock is before 1970.
    pub fn access_token(
        &self,
        user: UserId,
        username: &str,
        session: SessionId,
        expires_in: i64,
    ) -> String {
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_secs();
        let now = i64::try_from(now).expect("a clock");
        let claims = AccessClaims {
            iss: "antiphon".into(),
            aud: "antiphon".into(),
            sub: user,
            sid: session,
            username: username.into(),
            jti: Uuid::now_v7(),
            refreshes: 0,
            // Early enough for a token that has expired.
            iat: now - 600,
            exp: now + expires_in,
        };
        self.sign(&self.header(), &json!(claims))
    }
}
