//! Mutants: proof that the checker detects bugs.
//!
//! Each is a patch in `lab/faults/mutants` that breaks one promise, applied to a scratch copy of the checkout. Each has a
//! short workload under which it shows, and the invariants that must detect it. If a mutant is not detected, the results of
//! the checker prove nothing.

mod scratch;

use std::sync::Arc;

use super::checker::Invariant;
use super::environment::{EnvironmentKind, FaultEnvironment};
use super::injection::Fault;
use super::matrix::{DEFAULT_ROW, Row};
use super::run::{Outcome, Plan};
use super::workload::WorkloadSize;
use lab_stack::Error;

pub use scratch::ScratchCopy;

/// A bug that a patch introduces.
#[derive(Clone, Copy, Debug)]
pub struct Mutant {
    /// The patch is `lab/faults/mutants/NAME.patch`.
    pub name: &'static str,
    /// The workload under which it shows.
    row: Row,
    /// The number of injections that it takes.
    injections: u32,
    /// Operations per second.
    rate: f64,
    /// Whether to start Redis. Without it, everything is delivered by the sweep.
    with_redis: bool,
    /// The invariants that detect it: at least one must be violated.
    caught_by: &'static [Invariant],
}

/// Few chats, so that users share them.
const SMALL_GROUP: WorkloadSize = WorkloadSize {
    users: 8,
    devices: 2,
    chats: 2,
    participants: 6,
    rate: 40.0,
};

/// The invariants that detect lost, duplicated and wrongly joined events.
const STREAM_INVARIANTS: &[Invariant] = &[
    Invariant::Completeness,
    Invariant::StreamShape,
    Invariant::NoPhantom,
    Invariant::Agreement,
];

/// The invariants that detect a mixture of two histories, which also shows in the local state of devices.
const MIXED_HISTORY_INVARIANTS: &[Invariant] = &[
    Invariant::Completeness,
    Invariant::StreamShape,
    Invariant::NoPhantom,
    Invariant::Agreement,
    Invariant::HybridState,
];

/// All mutants.
pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "no_sweep",
        row: row("no_sweep", Fault::Nothing, EnvironmentKind::Plain, 4_000),
        injections: 1,
        rate: SMALL_GROUP.rate,
        with_redis: false,
        caught_by: &[Invariant::Completeness],
    },
    Mutant {
        name: "no_gap_fill",
        row: row(
            "no_gap_fill",
            Fault::CorruptMessages,
            EnvironmentKind::Proxied,
            3_000,
        ),
        injections: 2,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: STREAM_INVARIANTS,
    },
    Mutant {
        name: "cursor_ignored",
        row: row(
            "cursor_ignored",
            Fault::KillReceiver,
            EnvironmentKind::Plain,
            700,
        ),
        injections: 2,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: STREAM_INVARIANTS,
    },
    Mutant {
        name: "no_id_check",
        row: Row {
            resets: &["FORKED"],
            allowed_errors: &["the history of a feed was replaced"],
            // A short fault, so that the new history is soon longer than the old one.
            ..row(
                "no_id_check",
                Fault::FailOverWithLoss,
                EnvironmentKind::Replicated,
                60,
            )
        },
        injections: 4,
        rate: 100.0,
        with_redis: true,
        caught_by: MIXED_HISTORY_INVARIANTS,
    },
    Mutant {
        name: "publish_before_commit",
        row: row(
            "publish_before_commit",
            Fault::KillSender,
            EnvironmentKind::Plain,
            1_000,
        ),
        injections: 6,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: &[
            Invariant::NoPhantom,
            Invariant::Agreement,
            Invariant::HonestReset,
        ],
    },
    Mutant {
        name: "serial_id_tail",
        // A repeated message is stored late with an early id.
        row: row(
            "serial_id_tail",
            Fault::EndBackends,
            EnvironmentKind::Plain,
            6_000,
        ),
        injections: 3,
        rate: SMALL_GROUP.rate,
        with_redis: false,
        caught_by: STREAM_INVARIANTS,
    },
    Mutant {
        name: "counter_outside_tx",
        row: row(
            "counter_outside_tx",
            Fault::EndBackends,
            EnvironmentKind::Plain,
            4_000,
        ),
        injections: 3,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: &[Invariant::DenseLog],
    },
    Mutant {
        name: "idempotency_in_memory",
        row: row(
            "idempotency_in_memory",
            Fault::SendEightTimes,
            EnvironmentKind::Plain,
            500,
        ),
        injections: 4,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: &[Invariant::Idempotence, Invariant::Durability],
    },
    Mutant {
        name: "participation_checked_only_at_subscribe",
        row: row(
            "participation_checked_only_at_subscribe",
            Fault::RemoveParticipant,
            EnvironmentKind::Plain,
            2_000,
        ),
        injections: 3,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: &[Invariant::Visibility],
    },
    Mutant {
        name: "window_not_scrubbed",
        row: row(
            "window_not_scrubbed",
            Fault::ReturnAfterRemoval,
            EnvironmentKind::Plain,
            4_500,
        ),
        injections: 3,
        rate: SMALL_GROUP.rate,
        with_redis: true,
        caught_by: &[Invariant::Deletion],
    },
    Mutant {
        name: "reaction_told_again",
        row: row(
            "reaction_told_again",
            Fault::Nothing,
            EnvironmentKind::Plain,
            8_000,
        ),
        injections: 1,
        rate: 100.0,
        with_redis: true,
        caught_by: &[Invariant::Reactions],
    },
    Mutant {
        name: "reactions_read_before_the_lock",
        // Nobody waits for answers here: reactions to few messages meet on both senders.
        row: row(
            "reactions_read_before_the_lock",
            Fault::Nothing,
            EnvironmentKind::Plain,
            20_000,
        ),
        injections: 1,
        rate: 300.0,
        with_redis: true,
        caught_by: &[Invariant::Reactions, Invariant::HybridState],
    },
    Mutant {
        name: "threads_read_before_the_lock",
        // Replies in few threads meet on both senders.
        row: row(
            "threads_read_before_the_lock",
            Fault::Nothing,
            EnvironmentKind::Plain,
            20_000,
        ),
        injections: 1,
        rate: 300.0,
        with_redis: true,
        caught_by: &[Invariant::Threads],
    },
    Mutant {
        name: "mention_parsed_from_raw_text",
        // Names stand in code, in quotes and in links, too.
        row: row(
            "mention_parsed_from_raw_text",
            Fault::Nothing,
            EnvironmentKind::Plain,
            10_000,
        ),
        injections: 1,
        rate: 40.0,
        with_redis: true,
        caught_by: &[Invariant::Threads],
    },
    Mutant {
        name: "delivered_when_one_has_it",
        row: row(
            "delivered_when_one_has_it",
            Fault::Nothing,
            EnvironmentKind::Plain,
            10_000,
        ),
        injections: 1,
        rate: 40.0,
        with_redis: true,
        caught_by: &[Invariant::Receipts],
    },
    Mutant {
        name: "read_marks_told_of_the_hidden",
        row: row(
            "read_marks_told_of_the_hidden",
            Fault::Nothing,
            EnvironmentKind::Plain,
            10_000,
        ),
        injections: 1,
        rate: 40.0,
        with_redis: true,
        caught_by: &[Invariant::Receipts],
    },
];

const fn row(name: &'static str, fault: Fault, environment: EnvironmentKind, brief_ms: u64) -> Row {
    Row {
        id: name,
        title: name,
        how: "a patch",
        fault,
        environment,
        brief_ms,
        bound_ms: 1_000,
        ..DEFAULT_ROW
    }
}

impl Mutant {
    /// Runs its workload in a new environment, with the services that were built together with this program.
    pub async fn run(&self, plan: &Plan) -> Result<Outcome, Error> {
        let mut plan = plan.clone();
        plan.smoke = true;
        plan.size = WorkloadSize {
            rate: self.rate,
            ..SMALL_GROUP
        };
        plan.injections = Some(self.injections);
        plan.environment_settings.with_redis = self.with_redis;
        let environment =
            FaultEnvironment::start(self.row.environment, &plan.environment_settings).await?;
        Ok(plan.run_row(&self.row, &Arc::new(environment)).await)
    }

    /// The expected invariants that were violated.
    pub fn caught(&self, outcome: &Outcome) -> Vec<String> {
        let mut ids: Vec<String> = outcome
            .findings
            .violations
            .iter()
            .filter(|violation| self.caught_by.contains(&violation.invariant))
            .map(|violation| violation.invariant.id())
            .collect();
        ids.dedup();
        ids
    }
}
