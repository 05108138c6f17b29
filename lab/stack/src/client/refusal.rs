//! The errors of requests.

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No answer, or none that is GraphQL.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// The service answered with an error.
    #[error("{code}: {message}")]
    Refused {
        /// `extensions.code`.
        code: String,
        /// The message of the error.
        message: String,
        /// `extensions.retryAfterMs`.
        retry_after_ms: Option<u64>,
    },
}

impl Refusal {
    /// The code, if the service gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Refusal::Refused { code, .. } => Some(code),
            Refusal::Unanswered(_) => None,
        }
    }

    /// Whether the same request may succeed later.
    pub(super) fn is_retryable(&self) -> bool {
        self.code()
            .is_none_or(|code| ["UNAVAILABLE", "RATE_LIMITED"].contains(&code))
    }
}
