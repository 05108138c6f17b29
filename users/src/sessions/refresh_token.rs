//! Refresh tokens: 256 random bits that are used once. Only their hash is stored.
//!
//! The first token of a session is drawn. Each further one is made of the token that it was exchanged for and of a salt
//! that is drawn then and stored, so that the same exchange can be answered again without storing a token: neither the
//! database nor the old token is enough to know the new one.

use aws_lc_rs::{hmac, rand};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use chassis::Error;
use sha2::{Digest, Sha256};

const BYTES: usize = 32;

/// A token as the client holds it.
pub(crate) struct RefreshToken([u8; BYTES]);

/// A token as the database knows it. Random bits need no salt and no slow hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenHash([u8; 32]);

/// The secret that makes the successor of a token unpredictable for anyone who has the token.
pub(crate) struct Salt([u8; BYTES]);

impl RefreshToken {
    /// A new one.
    pub(crate) fn generate() -> Result<Self, Error> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes)
            .map_err(|_| Error::internal("the system's random number generator failed"))?;
        Ok(Self(bytes))
    }

    /// The token that this one is exchanged for.
    pub(crate) fn successor(&self, salt: &Salt) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(hmac::sign(&key, &salt.0).as_ref());
        Self(bytes)
    }

    /// What a client claims is one.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(Error::unauthenticated)
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }

    /// For its client only.
    pub(crate) fn into_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl Salt {
    /// A new one.
    pub(crate) fn generate() -> Result<Self, Error> {
        let mut bytes = [0; BYTES];
        rand::fill(&mut bytes)
            .map_err(|_| Error::internal("the system's random number generator failed"))?;
        Ok(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_stored(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(Error::internal)
    }
}

impl TokenHash {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
