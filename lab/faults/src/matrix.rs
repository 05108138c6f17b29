//! The fault matrix: each fault with the mechanism that injects it and its bound on delays.

mod row;
mod rows;

pub(crate) use row::DEFAULT_ROW;
pub use row::Row;
pub use rows::ROWS;

/// A row that is not injected on this machine or in this run.
#[derive(Clone, Debug)]
pub struct SkippedRow {
    /// The id, such as `F14`.
    pub id: &'static str,
    /// The fault.
    pub title: &'static str,
    /// Why it is not injected.
    pub why: String,
}

impl SkippedRow {
    /// A row that is skipped for this reason.
    pub fn new(id: &'static str, title: &'static str, why: impl Into<String>) -> SkippedRow {
        let why = why.into();
        SkippedRow { id, title, why }
    }
}

/// Rows that are never injected, and why.
pub const NEVER_INJECTED: &[(&str, &str, &str)] = &[(
    "F14",
    "a read replica lags by 30 s",
    "only queries read from a replica: receiver/tests/api/replica.rs delays a real one and asks with atLeast",
)];
