//! A row of the fault matrix.

use crate::environment::{EnvironmentKind, FaultEnvironment};
use crate::injection::Fault;

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The id, such as `F2`.
    pub id: &'static str,
    /// The fault, in words.
    pub title: &'static str,
    /// How it is injected, in words.
    pub how: &'static str,
    /// The fault.
    pub fault: Fault,
    /// The environment that it needs.
    pub environment: EnvironmentKind,
    /// Bound on the delay from the acknowledgement of a message to a device, in ms.
    pub bound_ms: u64,
    /// Approximate duration of an injection, in ms.
    pub brief_ms: u64,
    /// Duration of the first injection in the full matrix, in ms.
    pub long_ms: u64,
    /// Number of injections in the smoke test; zero if it does not include the row.
    pub smoke: u32,
    /// Number of injections in the full matrix.
    pub full: u32,
    /// Reasons of resets that this row may cause.
    pub resets: &'static [&'static str],
    /// Parts of log lines at ERROR that this row may cause.
    pub allowed_errors: &'static [&'static str],
    /// Maximum number of attempts of any mutation, if there is one.
    pub attempts: Option<u32>,
    /// Whether the row makes no sense without Redis.
    pub about_redis: bool,
}

/// The defaults of rows.
pub(crate) const DEFAULT_ROW: Row = Row {
    id: "",
    title: "",
    how: "",
    fault: Fault::Nothing,
    environment: EnvironmentKind::Plain,
    bound_ms: 1_500,
    brief_ms: 1_000,
    long_ms: 1_000,
    smoke: 0,
    full: 20,
    resets: &[],
    allowed_errors: &[],
    attempts: None,
    about_redis: false,
};

impl Row {
    /// Why it cannot run here; none if it can.
    pub fn unsupported_reason(&self, with_redis: bool) -> Option<String> {
        if self.about_redis && !with_redis {
            return Some("there is no Redis in this run".to_owned());
        }
        FaultEnvironment::unsupported_reason(self.environment)
    }
}
