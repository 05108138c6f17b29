//! Who is calling. Tokens are verified here and minted elsewhere.
//!
//! Invariants: one algorithm (EdDSA), one token type, only published keys; nothing in a token says which key or
//! algorithm to trust. The last good key set stays in use while its publisher is away. A token of a session that has
//! ended is refused although it has not expired.

mod ended;
mod keys;
mod known;
mod verifier;

use async_graphql::Context;
use shared_schema::{SessionId, UserId};

pub use ended::{EndedSession, EndedSessions, SessionWatch};
pub use verifier::Verifier;

use crate::error::Error;

/// The person and session that a valid access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// The signed-in device.
    pub session_id: SessionId,
    /// The username when the token was minted: for display, never for authorization.
    pub username: String,
    /// The token's `iat`.
    pub issued_at: jiff::Timestamp,
    /// How many times the session had been refreshed when the token was minted.
    pub refreshes: i32,
    /// The token's `exp`.
    pub expires_at: jiff::Timestamp,
}

impl Caller {
    /// The caller of this GraphQL request.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the request came without a token.
    pub fn of<'a>(context: &Context<'a>) -> Result<&'a Self, Error> {
        context
            .data_opt::<Self>()
            .ok_or_else(Error::unauthenticated)
    }
}
