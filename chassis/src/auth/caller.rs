//! The person and session behind a request.

use async_graphql::Context;
use shared_schema::{SessionId, UserId};

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
