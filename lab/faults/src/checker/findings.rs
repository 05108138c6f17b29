//! What must hold, and what the checker found.

use std::collections::BTreeMap;
use std::fmt;

/// What must hold. The numbers are those of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// I1: what was acknowledged is stored, once, where it was said to be.
    Durability,
    /// I2: nothing is received that is not stored; nothing refused is stored.
    NoPhantom,
    /// I3: everyone agrees on what stands at a seq.
    Agreement,
    /// I4: one message per client-made id, and equal answers to all who sent it.
    Idempotence,
    /// I5: feeds are dense, chained, and agree with their heads and counters.
    DenseLog,
    /// I6: a stream goes on exactly where its cursor, or the reset, said.
    StreamShape,
    /// I7: a device is given each event once.
    Once,
    /// I8: at rest every device has everything that it may see.
    Completeness,
    /// I9: delays stay below the fault's bound, with generous slack.
    BoundedDelay,
    /// I10: what was over before something else began stands before it.
    RealTimeOrder,
    /// I11: nobody sees what happened after they had to go.
    Visibility,
    /// I12: unread counts are what counting the messages gives that are left; read marks only grow.
    Unread,
    /// I13: a reset has a cause.
    HonestReset,
    /// I14: a copy kept up by events equals a fresh load.
    HybridState,
    /// I15: a removed message's text is gone.
    Deletion,
    /// I16: resources come back; no panic, no unexpected error.
    Resources,
}

impl Invariant {
    /// `I1` to `I16`.
    pub fn id(self) -> String {
        format!("I{}", self as u8 + 1)
    }
}

/// One broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which one.
    pub invariant: Invariant,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.id(), self.what)
    }
}

/// What the checker found in a history.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Everything that is wrong.
    pub violations: Vec<Violation>,
    /// Messages that were acknowledged.
    pub messages: u64,
    /// Events that arrived at devices.
    pub deliveries: u64,
    /// Explicit resets, by reason.
    pub resets: BTreeMap<String, u64>,
    /// Acknowledged messages that a lossy failover took, as the run itself reports.
    pub lost_in_failover: u64,
    /// From the acknowledgement to the devices.
    pub delays: Delays,
    /// The longest that a client had to try, in milliseconds, and the most attempts.
    pub max_send_ms: u64,
    /// The most attempts that any deed took.
    pub max_attempts: u64,
    /// Operations that ended without an answer or were refused.
    pub unresolved: u64,
}

impl Findings {
    /// How many violations of these invariants there are.
    pub fn count(&self, invariants: &[Invariant]) -> usize {
        let among = |violation: &&Violation| invariants.contains(&violation.invariant);
        self.violations.iter().filter(among).count()
    }

    /// Acknowledged and gone, or never delivered.
    pub fn lost(&self) -> usize {
        self.count(&[Invariant::Durability, Invariant::Completeness])
    }

    /// Stored or delivered twice.
    pub fn duplicated(&self) -> usize {
        self.count(&[Invariant::Idempotence, Invariant::Once])
    }

    /// Not where they belong, or not the same for all.
    pub fn out_of_order(&self) -> usize {
        self.count(&[
            Invariant::Agreement,
            Invariant::DenseLog,
            Invariant::StreamShape,
            Invariant::RealTimeOrder,
        ])
    }

    pub(super) fn violation(&mut self, invariant: Invariant, what: impl Into<String>) {
        let what = what.into();
        self.violations.push(Violation { invariant, what });
    }
}

/// Milliseconds from a send's acknowledgement to its arrival.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delays {
    /// Half of the deliveries took no longer.
    pub p50: u64,
    /// Of a hundred deliveries, one took longer.
    pub p99: u64,
    /// The longest.
    pub worst: u64,
    /// Until the last device had it: of a hundred messages, one took longer. What Jepsen
    /// calls stable latency.
    pub stable_p99: u64,
}
