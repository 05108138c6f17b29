//! Enqueues periodic jobs, once in each period, whichever instance is first; and reads the state of the queue for the
//! metrics.

use std::time::Duration;

use chassis::Error;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{db::jobs, jobs::kind::JobKind, outage::Outage, state::State};

/// How often: much more often than the shortest period.
const EVERY: Duration = Duration::from_secs(10);

/// One loop.
pub(crate) struct Schedule {
    state: State,
}

impl Schedule {
    pub(crate) fn new(state: State) -> Self {
        Self { state }
    }

    /// Until `stop` is cancelled.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut outage = Outage::of("the schedule cannot be kept");
        while !stop.is_cancelled() {
            outage.tell(self.look().await.as_ref().err());
            let _ = stop.run_until_cancelled(sleep(EVERY)).await;
        }
    }

    async fn look(&self) -> Result<(), Error> {
        let client = self.state.pool.get().await?;
        for kind in JobKind::ALL {
            if let Some(period) = kind.period() {
                jobs::enqueue_periodic(&client, kind.as_str(), period).await?;
            }
        }
        let counts = jobs::counts(&client).await?;
        let metrics = &self.state.metrics;
        metrics.set_queue(counts.queued, counts.dead, counts.overdue_seconds);
        Ok(())
    }
}
