//! Access tokens: short-lived and signed, so that every service can verify them without asking this one.

use std::time::Duration;

use chassis::Error;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, encode};
use shared_schema::{ACCESS_TOKEN_TYPE, AccessClaims, Instant, User};
use uuid::Uuid;

use crate::{config::MintArgs, db::sessions::Session, sessions::signing_key::SigningKey};

/// The only place in the system where tokens are made.
pub(crate) struct Minter {
    pub(crate) key: SigningKey,
    pub(crate) issuer: String,
    audience: String,
    lifetime: Duration,
}

/// A token, and when it ends.
pub(crate) struct AccessToken {
    pub(crate) text: String,
    pub(crate) expires_at: Instant,
}

impl Minter {
    pub(crate) fn new(key: SigningKey, args: &MintArgs) -> Self {
        Self {
            key,
            issuer: args.token_issuer.clone(),
            audience: args.token_audience.clone(),
            lifetime: args.access_token_lifetime,
        }
    }

    /// A token for this session, which was used just now; it does not outlive the session. The time is the database's:
    /// instances whose clocks differ make the same tokens.
    pub(crate) fn mint(&self, user: &User, session: &Session) -> Result<AccessToken, Error> {
        let issued_at = session.last_used_at.0.as_second();
        let lifetime = i64::try_from(self.lifetime.as_secs()).map_err(Error::internal)?;
        let end = (issued_at + lifetime).min(session.expires_at.0.as_second());
        let expires_at = Timestamp::from_second(end).map_err(Error::internal)?;
        let header = Header {
            typ: Some(ACCESS_TOKEN_TYPE.to_owned()),
            kid: Some(self.key.id.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: user.id,
            sid: session.id,
            username: user.username.clone(),
            jti: Uuid::now_v7(),
            refreshes: session.refreshes,
            iat: issued_at,
            exp: expires_at.as_second(),
        };
        Ok(AccessToken {
            text: encode(&header, &claims, &self.key.private).map_err(Error::internal)?,
            expires_at: Instant(expires_at),
        })
    }
}
