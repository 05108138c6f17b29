//! How far the replica is behind the primary, measured once a second.
//!
//! The primary's position in its log is noted with the time. The replica is behind by the age of the oldest note that it has
//! not replayed. So a replica of a quiet primary is not behind, however long ago the last transaction was.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use chassis::postgres::Pool;
use prometheus_client::{metrics::gauge::Gauge, registry::Registry};
use tokio::time::{Instant, timeout};

use crate::db::replication::{replayed, written};

/// Between two measurements.
const MEASURE_INTERVAL: Duration = Duration::from_secs(1);

/// How long a server may take to answer before it counts as away.
const MEASURE_TIMEOUT: Duration = Duration::from_secs(1);

/// Positions of the primary that the replica has not reached and that are remembered.
const MAX_POSITIONS: usize = 600;

/// Whether queries may read the replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplicaState {
    /// It answers and is not too far behind.
    Usable,
    /// It is too far behind.
    Lagging,
    /// It does not answer, or is no replica.
    Away,
}

/// What is known of the replica. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReplicaStatus {
    state: Arc<AtomicU8>,
    lag_seconds: Gauge<f64, AtomicU64>,
}

impl ReplicaStatus {
    /// A replica that may be read until it turns out to be behind. Shown under the service's `/metrics` where there is one.
    pub(crate) fn register(registry: &mut Registry, has_replica: bool) -> Self {
        let status = Self::default();
        if has_replica {
            registry.register(
                "replica_lag_seconds",
                "Lag of the replica behind the primary, in seconds",
                status.lag_seconds.clone(),
            );
        }
        status
    }

    /// What the last measurement said.
    #[must_use]
    pub(crate) fn state(&self) -> ReplicaState {
        match self.state.load(Ordering::Acquire) {
            0 => ReplicaState::Usable,
            1 => ReplicaState::Lagging,
            _ => ReplicaState::Away,
        }
    }

    fn set(&self, state: ReplicaState) {
        let code = match state {
            ReplicaState::Usable => 0,
            ReplicaState::Lagging => 1,
            ReplicaState::Away => 2,
        };
        if self.state.swap(code, Ordering::AcqRel) == code {
            return;
        }
        match state {
            ReplicaState::Usable => tracing::info!("queries read from the replica again"),
            ReplicaState::Lagging | ReplicaState::Away => {
                tracing::warn!(
                    ?state,
                    "queries read from the primary instead of the replica"
                );
            }
        }
    }
}

/// Positions of the primary, with the times at which they were read, oldest first.
#[derive(Debug, Default)]
struct PrimaryPositions(VecDeque<(Instant, i64)>);

impl PrimaryPositions {
    fn add(&mut self, at: Instant, position: i64) {
        if self.0.len() == MAX_POSITIONS {
            // The oldest ones say how far it is behind.
            self.0.pop_back();
        }
        self.0.push_back((at, position));
    }

    /// The lag of a replica that has replayed the log up to `position`. Drops positions that have been replayed.
    fn lag(&mut self, now: Instant, position: i64) -> Duration {
        while self.0.front().is_some_and(|entry| entry.1 <= position) {
            self.0.pop_front();
        }
        self.0.front().map_or(Duration::ZERO, |entry| {
            now.saturating_duration_since(entry.0)
        })
    }
}

/// Measures for as long as the process lives. Beyond `max_lag` the replica is not to be read.
pub(crate) async fn measure_lag(
    primary: Pool,
    replica: Pool,
    max_lag: Duration,
    status: ReplicaStatus,
) {
    let mut positions = PrimaryPositions::default();
    let mut ticks = tokio::time::interval(MEASURE_INTERVAL);
    loop {
        ticks.tick().await;
        let at = Instant::now();
        // While the primary does not answer, nothing new is written, so the known state of the replica stays valid.
        if let Ok(Ok(position)) = timeout(MEASURE_TIMEOUT, written(&primary)).await {
            positions.add(at, position);
        }
        match timeout(MEASURE_TIMEOUT, replayed(&replica)).await {
            Ok(Ok(Some(position))) => {
                let lag = positions.lag(at, position);
                status.lag_seconds.set(lag.as_secs_f64());
                status.set(if lag > max_lag {
                    ReplicaState::Lagging
                } else {
                    ReplicaState::Usable
                });
            }
            Ok(Ok(None)) => {
                tracing::debug!("the server of DATABASE_REPLICA_URL is not a streaming replica");
                status.set(ReplicaState::Away);
            }
            _ => status.set(ReplicaState::Away),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_lag_is_the_age_of_the_oldest_position_that_is_not_replayed() {
        let begun = Instant::now();
        let mut positions = PrimaryPositions::default();
        positions.add(begun, 100);
        assert_eq!(positions.lag(begun, 100), Duration::ZERO);
        positions.add(begun + SECOND, 200);
        positions.add(begun + 2 * SECOND, 300);
        assert_eq!(positions.lag(begun + 2 * SECOND, 150), SECOND);
        assert_eq!(positions.lag(begun + 9 * SECOND, 200), 7 * SECOND);
        assert_eq!(
            positions.lag(begun + 99 * SECOND, 300),
            Duration::ZERO,
            "quiet"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_stays() {
        let begun = Instant::now();
        let mut positions = PrimaryPositions::default();
        for position in 1..=1_000 {
            positions.add(begun, position);
        }
        assert_eq!(positions.0.len(), MAX_POSITIONS);
        assert_eq!(positions.lag(begun + SECOND, 0), SECOND);
    }
}
