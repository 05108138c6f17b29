//! Which transactions are retried, and when.

use std::time::Duration;

use chassis::Error;
use tokio_postgres::error::SqlState;

/// How often a transaction that lost a deadlock is retried.
pub const MAX_RETRIES: u32 = 2;

/// The shortest and longest pause before a retry, in milliseconds. It is random, so that two transactions that collided do
/// not collide again.
const RETRY_BACKOFF_MS: std::ops::Range<u64> = 10..50;

/// Waits before a retry.
pub async fn back_off() {
    let pause = rand::random_range(RETRY_BACKOFF_MS);
    tokio::time::sleep(Duration::from_millis(pause)).await;
}

/// Whether the database rolled back the transaction in favour of another one: a retry may succeed.
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
