//! Identifies the caller. Tokens are verified here and issued elsewhere.
//!
//! Invariants: one algorithm (EdDSA), one token type, only published keys; nothing in a token says which key or
//! algorithm to trust. The last good key set stays in use while its publisher is away. A token of a session that has
//! ended is refused although it has not expired.

pub(crate) mod caller;
mod ended;
mod keys;
mod token_cache;
pub(crate) mod verifier;

pub use caller::Caller;
pub use ended::{EndedSessions, SessionWatch, set::EndedSession};
pub use verifier::Verifier;
