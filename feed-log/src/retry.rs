//! Which transactions are run again, and when; and what their requests are told if that did not help.

use std::{ops::Range, sync::Arc, time::Duration};

use chassis::Error;
use tokio_postgres::error::SqlState;

/// How often a transaction that lost a deadlock is run again.
const MAX_RETRIES: u32 = 2;

/// The shortest and longest pause before a retry, in milliseconds. It is random, so that two transactions that collided do
/// not collide again.
const RETRY_BACKOFF_MS: Range<u64> = 10..50;

/// How often one transaction has been run again.
#[derive(Debug, Default)]
pub struct Retries(u32);

impl Retries {
    /// Whether to run the transaction again that failed with this error. Waits before it says so.
    pub async fn again(&mut self, error: &Error) -> bool {
        if !is_transient(error) || self.0 >= MAX_RETRIES {
            return false;
        }
        self.0 += 1;
        tracing::info!(
            retries = self.0,
            "a transaction lost a deadlock; retrying it"
        );
        let pause = rand::random_range(RETRY_BACKOFF_MS);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        true
    }
}

/// Whether the database rolled back the transaction in favour of another one: a retry may succeed.
#[must_use]
pub fn is_transient(error: &Error) -> bool {
    let Error::Internal { source } = error else {
        return false;
    };
    let code = source
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(tokio_postgres::Error::code);
    code.is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}

/// The error of a transaction that several requests shared, once for each of them: `UNAVAILABLE` if a retry may succeed.
pub fn shared_failure(error: Error) -> impl Fn() -> Error {
    let may_succeed_later = is_transient(&error) || matches!(error, Error::Unavailable { .. });
    let cause = Arc::new(error);
    move || {
        let cause = Arc::clone(&cause);
        if may_succeed_later {
            Error::unavailable(cause)
        } else {
            Error::internal(cause)
        }
    }
}
