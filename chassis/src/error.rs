//! The one error that clients see, and the one that refuses a start.
//!
//! What [`Error`] displays may be read by anyone. The cause is kept as the error's source, logged once where the answer
//! leaves the process, and never sent.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use shared_schema::{ErrorCode, Reason};
use tokio_postgres::error::SqlState;

/// A cause: whatever made the request fail.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// How soon a client may try again when something we need is away.
const UNAVAILABLE_RETRY: Duration = Duration::from_secs(1);

/// Why a request failed, in the words that the client gets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No valid access token.
    #[error("{0}")]
    Unauthenticated(Cow<'static, str>),
    /// Known, visible, and not allowed.
    #[error("{0}")]
    Forbidden(Reason),
    /// Not there, or not for the caller's eyes: the two look alike.
    #[error("{noun} not found")]
    NotFound {
        /// The input field that names it, if one does.
        field: Option<&'static str>,
        /// What was looked for.
        noun: &'static str,
    },
    /// The value of an input field is invalid.
    #[error("{reason}")]
    BadInput {
        /// The input field at fault.
        field: &'static str,
        /// What would be right.
        reason: Reason,
    },
    /// The request as a whole is not well formed: a fault of the program that sent it, not of the person before it.
    #[error("{0}")]
    BadRequest(Cow<'static, str>),
    /// The request contradicts what is stored.
    #[error("{reason}")]
    Conflict {
        /// The input field that clashes, if it is one.
        field: Option<&'static str>,
        /// What it clashes with.
        reason: Reason,
    },
    /// Too many requests.
    #[error("{}", rate_limited_message(*.reason))]
    RateLimited {
        /// When the next one may pass.
        retry_after: Duration,
        /// What there was too much of, if it is less than all requests.
        reason: Option<Reason>,
    },
    /// Something this service needs is away. Nothing is wrong with the request.
    #[error("temporarily unavailable")]
    Unavailable {
        /// When a retry makes sense.
        retry_after: Duration,
        /// What is away.
        source: Cause,
    },
    /// Our fault.
    #[error("internal error")]
    Internal {
        /// For the log only.
        source: Cause,
    },
}

impl Error {
    /// There is no valid access token, and this needs one.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::refused_sign_in("sign in first")
    }

    /// The credentials are invalid, such as a wrong password or a used token.
    pub fn refused_sign_in(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Unauthenticated(message.into())
    }

    /// The caller is known and may see the object, but not do this.
    #[must_use]
    pub fn forbidden(reason: Reason) -> Self {
        Self::Forbidden(reason)
    }

    /// `not_found("user")` reads "user not found". Also used for objects that the caller may not see.
    #[must_use]
    pub fn not_found(noun: &'static str) -> Self {
        Self::NotFound { field: None, noun }
    }

    /// `not_found_in("replyToId", "message")` reads "message not found" and blames that input field.
    #[must_use]
    pub fn not_found_in(field: &'static str, noun: &'static str) -> Self {
        Self::NotFound {
            field: Some(field),
            noun,
        }
    }

    /// An input field breaks a rule: `bad_input("content", Reason::TooLong { max: 4000 })`.
    #[must_use]
    pub fn bad_input(field: &'static str, reason: Reason) -> Self {
        Self::BadInput { field, reason }
    }

    /// The request as a whole is not well formed. What a person can mend has a [`Reason`] instead.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::BadRequest(message.into())
    }

    /// The request contradicts what is stored.
    #[must_use]
    pub fn conflict(reason: Reason) -> Self {
        Self::Conflict {
            field: None,
            reason,
        }
    }

    /// One input field contradicts what is stored: `conflict_on("username", Reason::Taken)`.
    #[must_use]
    pub fn conflict_on(field: &'static str, reason: Reason) -> Self {
        Self::Conflict {
            field: Some(field),
            reason,
        }
    }

    /// Too many requests; the next one may pass after `retry_after`.
    #[must_use]
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::RateLimited {
            retry_after,
            reason: None,
        }
    }

    /// Too much of something that a request contains; one that contains it may pass after `retry_after`.
    #[must_use]
    pub fn rate_limited_by(reason: Reason, retry_after: Duration) -> Self {
        Self::RateLimited {
            retry_after,
            reason: Some(reason),
        }
    }

    /// Something this service needs is away; the client may retry with the same ids.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable {
            retry_after: UNAVAILABLE_RETRY,
            source: cause.into(),
        }
    }

    /// Our fault. The cause goes to the log, the client reads a constant.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal {
            source: cause.into(),
        }
    }

    /// The value of `extensions.code`.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated(_) => ErrorCode::Unauthenticated,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::BadInput { .. } | Self::BadRequest(_) => ErrorCode::BadUserInput,
            Self::Conflict { .. } => ErrorCode::Conflict,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Unavailable { .. } => ErrorCode::Unavailable,
            Self::Internal { .. } => ErrorCode::Internal,
        }
    }

    /// The input field at fault, the value of `extensions.field`.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { field, .. } | Self::Conflict { field, .. } => *field,
            Self::BadInput { field, .. } => Some(field),
            _ => None,
        }
    }

    /// Why, for clients that say it in their own words: `extensions.reason` and `extensions.arguments`.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Forbidden(reason)
            | Self::BadInput { reason, .. }
            | Self::Conflict { reason, .. } => Some(*reason),
            Self::RateLimited { reason, .. } => *reason,
            _ => None,
        }
    }

    /// When a retry makes sense; in milliseconds it is `extensions.retryAfterMs`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                Some(*retry_after)
            }
            _ => None,
        }
    }
}

fn rate_limited_message(reason: Option<Reason>) -> String {
    reason.map_or_else(
        || "too many requests".to_owned(),
        |reason| reason.to_string(),
    )
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let away = match error.code() {
            Some(state) => away(state),
            // Without an SQL state the failure is either the connection's or our own misuse of the protocol.
            None => error.is_closed() || is_io(&error),
        };
        if away {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

/// Whether the state says that the database is away, busy or read-only, rather than that the statement is wrong.
fn away(state: &SqlState) -> bool {
    let class = &state.code()[..2];
    class == "08"
        || class == "53"
        || class == "57"
        || *state == SqlState::LOCK_NOT_AVAILABLE
        || *state == SqlState::READ_ONLY_SQL_TRANSACTION
        || *state == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source = StdError::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

/// An error and everything that caused it, on one line, for the log.
#[must_use]
pub fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

/// Why a service does not start: one line that names what to change.
///
/// `Debug` prints the same line, so that `main` may simply return it.
pub struct StartError(String);

impl StartError {
    /// `StartError::new("DATABASE_URL: not a Postgres URL")`.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for StartError {}
