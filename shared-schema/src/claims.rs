//! The claims of an access token.

use serde::{Deserialize, Serialize};

use crate::ids::{SessionId, UserId};

/// The `typ` header of an access token (RFC 9068), so that no other token of ours can stand in for one.
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// The claims of an access token. Issued only by `users`, signed with EdDSA, verified by every service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session: revoking it closes the sockets that were opened with this token.
    pub sid: SessionId,
    /// The username when the token was minted; for logs and display, never for authorization.
    pub username: String,
    /// A unique id of this token.
    pub jti: uuid::Uuid,
    /// How many times the session had been refreshed when this token was minted.
    #[serde(default)]
    pub refreshes: i32,
    /// Time of issue, in seconds since the epoch.
    pub iat: i64,
    /// Time of expiry, in seconds since the epoch.
    pub exp: i64,
}
