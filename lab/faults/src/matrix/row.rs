//! A row of the matrix.

use crate::environment::{EnvironmentKind, FaultEnvironment};
use crate::injection::Fault;

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// `F2`.
    pub id: &'static str,
    /// What happens.
    pub title: &'static str,
    /// How it is made to happen.
    pub how: &'static str,
    /// What is injected.
    pub fault: Fault,
    /// What it is injected into.
    pub environment: EnvironmentKind,
    /// The longest that a message may take from its acknowledgement to a device, in ms.
    pub bound_ms: u64,
    /// How long one injection lasts, about, in ms.
    pub brief_ms: u64,
    /// How long the first one of the whole matrix lasts, in ms.
    pub long_ms: u64,
    /// Injections in the smoke test; zero if the row is not in it.
    pub smoke: u32,
    /// Injections in the whole matrix.
    pub full: u32,
    /// Resets that have a cause in this row.
    pub resets: &'static [&'static str],
    /// Words of log lines at ERROR that this row causes.
    pub allowed_errors: &'static [&'static str],
    /// The most attempts that any operation of a client may take.
    pub attempts: Option<u32>,
    /// Whether there is anything to see without Redis.
    pub about_redis: bool,
}

/// What most rows have in common.
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
    /// Why it cannot be played here; none if it can.
    pub fn unsupported_reason(&self, with_redis: bool) -> Option<String> {
        if self.about_redis && !with_redis {
            return Some("there is no Redis in this run".to_owned());
        }
        FaultEnvironment::unsupported_reason(self.environment)
    }
}
