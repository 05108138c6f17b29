//! The faults, each with the mechanism that injects it and the bound that it must keep.

use super::injection::Fault;
use super::stage::Flavor;

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
    pub flavor: Flavor,
    /// The longest that a message may take from its acknowledgement to a device, in ms.
    pub bound_ms: u64,
    /// Injections in the smoke test; zero if the row is not in it.
    pub smoke: u32,
    /// Injections in the whole matrix.
    pub full: u32,
    /// Resets that have a cause in this row.
    pub resets: &'static [&'static str],
    /// Words of log lines at ERROR that this row causes.
    pub allowed_errors: &'static [&'static str],
}

const ROW: Row = Row {
    id: "",
    title: "",
    how: "",
    fault: Fault::Nothing,
    flavor: Flavor::Plain,
    bound_ms: 1_500,
    smoke: 0,
    full: 20,
    resets: &[],
    allowed_errors: &[],
};

/// All rows, in the order of the documentation.
pub const ROWS: &[Row] = &[
    Row {
        id: "F0",
        title: "nothing breaks",
        how: "load alone",
        bound_ms: 1_000,
        smoke: 1,
        full: 1,
        ..ROW
    },
    Row {
        id: "F2",
        title: "one of two senders dies",
        how: "kill -9, started again",
        fault: Fault::KillSender,
        bound_ms: 3_000,
        smoke: 3,
        ..ROW
    },
];

/// Rows that cannot be injected, and why.
pub const ABSENT: &[(&str, &str, &str)] = &[];
