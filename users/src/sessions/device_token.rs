//! Device tokens prove that a user has signed in to an account on a device before.
//!
//! They grant no access. A sign-in with a device token has a rate limit of its own, so that attackers who guess the
//! account's password cannot lock its owner out. Device tokens outlive the session in which they were issued.

use std::collections::HashMap;

use chassis::Error;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header, encode, jwk::JwkSet,
};
use serde::{Deserialize, Serialize};
use shared_schema::{Instant, SessionId, UserId};

use crate::sessions::access_token::Minter;

/// So that no service takes one for an access token, nor we an access token for one.
const TYPE: &str = "device+jwt";

/// The audience of device tokens: this service, at sign-in.
const AUDIENCE: &str = "login";

/// Lifetime of a device token: after a year without a sign-in, a device counts as unknown.
const LIFETIME_SECONDS: i64 = 366 * 24 * 60 * 60;

/// Maximum length of a device token, longer than any that is issued.
const MAX_BYTES: usize = 1_024;

/// Most tokens that one sign-in may show: the accounts that are used on one device.
pub(crate) const MAX_DEVICE_TOKENS: usize = 10;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    /// The session in which the token was issued. It identifies the device.
    sid: SessionId,
    exp: i64,
}

impl Minter {
    /// A token for the device of this session.
    pub(crate) fn mint_device_token(
        &self,
        user: UserId,
        session: SessionId,
        now: Instant,
    ) -> Result<String, Error> {
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(self.key.id.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user,
            sid: session,
            exp: now.0.as_second() + LIFETIME_SECONDS,
        };
        encode(&header, &claims, &self.key.private).map_err(Error::internal)
    }
}

/// A device on which a user has signed in to an account.
#[derive(Clone, Copy)]
pub(crate) struct Device {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

/// Recognizes the tokens that instances of ours have signed.
pub(crate) struct DeviceTokens {
    keys: HashMap<String, DecodingKey>,
    rules: Validation,
}

impl DeviceTokens {
    pub(crate) fn new(keys: &JwkSet, issuer: &str) -> Self {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[issuer]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let key = |jwk: &jsonwebtoken::jwk::Jwk| {
            let id = jwk.common.key_id.clone()?;
            Some((id, DecodingKey::from_jwk(jwk).ok()?))
        };
        Self {
            keys: keys.keys.iter().filter_map(key).collect(),
            rules,
        }
    }

    /// The devices that good ones among these speak of. The others are worth as much as none.
    pub(crate) fn read(&self, tokens: &[String]) -> Vec<Device> {
        let tokens = tokens.iter().take(MAX_DEVICE_TOKENS);
        tokens.filter_map(|token| self.device(token)).collect()
    }

    fn device(&self, token: &str) -> Option<Device> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return None;
        }
        let key = self.keys.get(&header.kid?)?;
        let claims = decode::<Claims>(token, key, &self.rules).ok()?.claims;
        Some(Device {
            user: claims.sub,
            session: claims.sid,
        })
    }
}
