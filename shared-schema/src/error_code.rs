//! Every way in which a request can fail, as clients see it.

use std::fmt;

/// The closed set of values of `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// No valid access token.
    Unauthenticated,
    /// Signed in, and the object is visible, but this is not allowed.
    Forbidden,
    /// The object does not exist, or the caller may not see it: the two look alike.
    NotFound,
    /// The request itself is invalid.
    BadUserInput,
    /// The request conflicts with the stored state.
    Conflict,
    /// Too many requests; `retryAfterMs` says when to retry.
    RateLimited,
    /// A dependency of the service does not answer; retry with the same ids.
    Unavailable,
    /// A fault of the server.
    Internal,
}

impl ErrorCode {
    /// The value of `extensions.code`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
