//! Tokens whose signature was verified already: a client sends the same one for ten minutes.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::{caller::Caller, keys::Set};

/// Maximum tokens in the cache. Each takes less than half a kilobyte.
const MAX_TOKENS: u64 = 20_000;

/// What was verified, and by which keys.
#[derive(Clone)]
struct Verified {
    keys: Arc<Set>,
    caller: Caller,
}

/// The tokens themselves are not kept, only their digests.
pub(super) struct TokenCache(Cache<[u8; 32], Verified>);

impl Default for TokenCache {
    fn default() -> Self {
        Self(Cache::new(MAX_TOKENS))
    }
}

impl TokenCache {
    /// The caller of this token, if the token was verified with these keys and has not expired since.
    #[expect(
        clippy::disallowed_methods,
        reason = "tokens carry times, and their leeway covers clocks that differ"
    )]
    pub(super) fn find(&self, token: &str, keys: &Arc<Set>, leeway: Duration) -> Option<Caller> {
        let found = self.0.get(&key(token))?;
        let leeway = SignedDuration::try_from(leeway).ok()?;
        let is_good = Arc::ptr_eq(&found.keys, keys)
            && Timestamp::now() < found.caller.expires_at.checked_add(leeway).ok()?;
        is_good.then_some(found.caller)
    }

    /// Remembers a token that these keys have verified.
    pub(super) fn remember(&self, token: &str, keys: &Arc<Set>, caller: &Caller) {
        let verified = Verified {
            keys: Arc::clone(keys),
            caller: caller.clone(),
        };
        self.0.insert(key(token), verified);
    }
}

fn key(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
