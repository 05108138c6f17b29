//! What the loops of this process work with.

use chassis::postgres::Pool;
use prometheus_client::registry::Registry;

use crate::{config::WorkArgs, queue::metrics::QueueMetrics};

/// What the loops of this process work with. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) pool: Pool,
    pub(crate) work: WorkArgs,
    pub(crate) metrics: QueueMetrics,
}

impl State {
    pub(crate) fn new(pool: Pool, work: WorkArgs, registry: &mut Registry) -> Self {
        Self {
            pool,
            work,
            metrics: QueueMetrics::new(registry),
        }
    }
}
