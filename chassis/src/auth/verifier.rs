//! Verification of access tokens.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header, jwk::JwkSet};
use shared_schema::{ACCESS_TOKEN_TYPE, AccessClaims};

use super::{
    caller::Caller,
    ended::{EndedSessions, LEEWAY},
    keys::Keys,
    token_cache::TokenCache,
};
use crate::{
    config::groups::TokenArgs,
    error::{Error, StartError},
};

/// How often the published keys are read again.
const REFRESH_INTERVAL: Duration = Duration::from_secs(600);
/// Interval between attempts while there is no key at all, so that no caller can be identified.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// At most one fetch per this time because of an unknown key id.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(30);
/// Ours are below 1 KiB.
const MAX_TOKEN_BYTES: usize = 4096;

/// Verifies access tokens against the published keys. Clones share the keys; the refresh ends with the last clone.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    keys: Keys,
    rules: Validation,
    token_cache: TokenCache,
    ended: EndedSessions,
    max_lifetime: SignedDuration,
}

impl Verifier {
    /// Starts to fetch the keys from `JWKS_URL` in the background, and keeps them fresh. Tokens of sessions that have
    /// ended are refused. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When `JWKS_URL` is missing or not a URL.
    pub fn start(args: &TokenArgs, ended: &EndedSessions) -> Result<Self, StartError> {
        if args.jwks_url.is_empty() {
            return Err(StartError::new("JWKS_URL: not set"));
        }
        let verifier = Self::idle(args, ended)?;
        let inner = Arc::downgrade(&verifier.0);
        tokio::spawn(async move {
            while let Some(inner) = inner.upgrade() {
                if let Err(error) = inner.keys.fetch().await {
                    tracing::warn!(error, "cannot fetch the public keys of tokens");
                }
                let pause = if inner.keys.is_empty() {
                    RETRY_INTERVAL
                } else {
                    REFRESH_INTERVAL
                };
                drop(inner);
                tokio::time::sleep(pause).await;
            }
        });
        Ok(verifier)
    }

    /// A verifier for the service that publishes the keys. It fetches nothing while `JWKS_URL` is empty.
    ///
    /// # Errors
    /// When `JWKS_URL` is set and not a URL.
    pub fn with_keys(
        args: &TokenArgs,
        keys: &JwkSet,
        ended: &EndedSessions,
    ) -> Result<Self, StartError> {
        let verifier = Self::idle(args, ended)?;
        verifier.replace_keys(keys);
        Ok(verifier)
    }

    /// From here on only these keys are accepted.
    pub fn replace_keys(&self, keys: &JwkSet) {
        self.0.keys.replace(keys);
    }

    /// The sessions whose tokens are refused.
    #[must_use]
    pub fn ended(&self) -> &EndedSessions {
        &self.0.ended
    }

    fn idle(args: &TokenArgs, ended: &EndedSessions) -> Result<Self, StartError> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.leeway = LEEWAY.as_secs();
        rules.set_issuer(&[&args.token_issuer]);
        rules.set_audience(&[&args.token_audience]);
        rules.validate_nbf = true;
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let max_lifetime = SignedDuration::try_from(args.access_token_max)
            .map_err(|error| StartError::new(format!("ACCESS_TOKEN_MAX_SECONDS: {error}")))?;
        Ok(Self(Arc::new(Inner {
            keys: Keys::new(&args.jwks_url)?,
            rules,
            token_cache: TokenCache::default(),
            ended: ended.clone(),
            max_lifetime,
        })))
    }

    /// Whether any key is known: a readiness check.
    #[must_use]
    pub fn ready(&self) -> bool {
        !self.0.keys.is_empty()
    }

    /// The caller of this access token.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, whatever is wrong with it; `UNAVAILABLE` while no key is known at all.
    pub async fn verify(&self, token: &str) -> Result<Caller, Error> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Error::unauthenticated());
        }
        // What was found good stays good until it expires, the keys change, or its session ends.
        let keys = self.0.keys.set();
        let caller = match self.0.token_cache.find(token, &keys, LEEWAY) {
            Some(caller) => caller,
            None => {
                let caller = self.examine(token).await?;
                // If the keys were fetched for it, it is examined once more.
                self.0.token_cache.remember(token, &keys, &caller);
                caller
            }
        };
        self.0.ended.check(&caller)?;
        Ok(caller)
    }

    async fn examine(&self, token: &str) -> Result<Caller, Error> {
        let refused = |_| Error::unauthenticated();
        let header = decode_header(token).map_err(refused)?;
        if header.typ.as_deref() != Some(ACCESS_TOKEN_TYPE)
            || header.alg != Algorithm::EdDSA
            || header.crit.is_some()
        {
            return Err(Error::unauthenticated());
        }
        let kid = header.kid.ok_or_else(Error::unauthenticated)?;
        let Some(key) = self.0.keys.find(&kid, UNKNOWN_KEY_INTERVAL).await else {
            // A good token must not look bad because the publisher of the keys is away.
            return Err(if self.ready() {
                Error::unauthenticated()
            } else {
                Error::unavailable("the public keys of tokens are not known yet")
            });
        };
        let claims = decode::<AccessClaims>(token, &key, &self.0.rules)
            .map_err(refused)?
            .claims;
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| Error::unauthenticated());
        let (issued_at, expires_at) = (time(claims.iat)?, time(claims.exp)?);
        self.check_lifetime(issued_at, expires_at)?;
        Ok(Caller {
            user_id: claims.sub,
            session_id: claims.sid,
            username: claims.username,
            issued_at,
            refreshes: claims.refreshes,
            expires_at,
        })
    }

    /// A token is refused, even with a valid signature, if it was issued in the future or lives longer than allowed:
    /// ended sessions are not remembered for longer, and a leaked key should be of little use.
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry times, and their leeway covers clocks that differ"
    )]
    fn check_lifetime(&self, issued_at: Timestamp, expires_at: Timestamp) -> Result<(), Error> {
        let lifetime = expires_at.duration_since(issued_at);
        let age = Timestamp::now().duration_since(issued_at);
        let leeway = SignedDuration::try_from(LEEWAY).map_err(Error::internal)?;
        if lifetime > self.0.max_lifetime || age < -leeway {
            return Err(Error::unauthenticated());
        }
        Ok(())
    }
}
