//! The invariants, and what the checker found.

use std::collections::BTreeMap;
use std::fmt;

/// The invariants. Their numbers are those of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// I1: every acknowledged message is stored once, at the acknowledged position.
    Durability,
    /// I2: nothing is received that is not stored; nothing is stored that was refused.
    NoPhantom,
    /// I3: all devices receive the same event at the same seq.
    Agreement,
    /// I4: one message per client-generated id, and equal answers to all requests with it.
    Idempotence,
    /// I5: feeds have no gaps, are chained, and agree with their heads and counters.
    DenseLog,
    /// I6: a stream continues exactly from its cursor or its reset.
    StreamShape,
    /// I7: a device receives each event once.
    Once,
    /// I8: at rest, every device has received everything it may see.
    Completeness,
    /// I9: delays stay below the bound of the row times the slack.
    BoundedDelay,
    /// I10: a message that was acknowledged or seen before another one was sent comes before it.
    RealTimeOrder,
    /// I11: a removed user receives nothing after the removal.
    Visibility,
    /// I12: unread counts equal the number of unread messages that have not been removed; read marks only grow.
    Unread,
    /// I13: a reset has a cause.
    HonestReset,
    /// I14: state built from events equals newly loaded state.
    HybridState,
    /// I15: the text of a removed message is gone, and so is what it said before it was edited; of any other message, that is
    /// kept.
    Deletion,
    /// I16: resources are released; there is no panic and no unexpected error.
    Resources,
    /// I17: reaction groups equal the number of reactions, in every event and at rest.
    Reactions,
    /// I18: threads and mentions. A message mentions whom its text mentions; the replies of a thread are numbered without gaps
    /// and counted; unread replies and the numbers of unread mentions equal counting, and whoever has
    /// nothing unread in a chat has nothing unread in its threads.
    Threads,
    /// I19: receipts. Marks only grow and are told as they are stored; what was read was delivered; a message is delivered
    /// when all have it to whom it was sent; whoever hides what they have read is told of nobody, and nobody of them.
    Receipts,
    /// I20: what users have set for their chats and have begun to write is stored as they last wanted it, and every device
    /// knows it as it is stored.
    Settings,
}

impl Invariant {
    /// `I1` to `I20`.
    pub fn id(self) -> String {
        format!("I{}", self as u8 + 1)
    }
}

/// One violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant.
    pub invariant: Invariant,
    /// Description of what was found.
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
    /// All violations.
    pub violations: Vec<Violation>,
    /// Number of acknowledged messages.
    pub messages: u64,
    /// Number of events that devices received.
    pub deliveries: u64,
    /// Resets, by reason.
    pub resets: BTreeMap<String, u64>,
    /// Number of acknowledged messages that were lost in a failover, as reported by the run.
    pub lost_in_failover: u64,
    /// Delays from acknowledgement to arrival.
    pub delays: Delays,
    /// The longest time from the first attempt of a send to its acknowledgement, in milliseconds.
    pub max_send_ms: u64,
    /// The largest number of attempts of one mutation.
    pub max_attempts: u64,
    /// Number of mutations that ended without a clear answer.
    pub unresolved: u64,
}

impl Findings {
    /// The number of violations of these invariants.
    pub fn count(&self, invariants: &[Invariant]) -> usize {
        let among = |violation: &&Violation| invariants.contains(&violation.invariant);
        self.violations.iter().filter(among).count()
    }

    /// The number of messages that were acknowledged but not stored, or never delivered.
    pub fn lost(&self) -> usize {
        self.count(&[Invariant::Durability, Invariant::Completeness])
    }

    /// The number of messages that were stored or delivered twice.
    pub fn duplicated(&self) -> usize {
        self.count(&[Invariant::Idempotence, Invariant::Once])
    }

    /// The number of events at the wrong position, or not the same for all devices.
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

/// Milliseconds from the acknowledgement of a message to its arrival.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delays {
    /// Median.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Maximum.
    pub worst: u64,
    /// 99th percentile of the delay until the last device had the message. Jepsen calls this stable latency.
    pub stable_p99: u64,
}
