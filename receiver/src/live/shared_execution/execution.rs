//! Runs subscription requests, and counts shared and individual executions.

use async_graphql::{Request, Response};
use chassis::{Caller, graphql::Endpoint};
use futures_util::stream::BoxStream;
use prometheus_client::{metrics::counter::Counter, registry::Registry};

use crate::live::feeds::payload_budget::PayloadBudget;

/// What shared execution counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedExecutionMetrics {
    pub(crate) shared: Counter,
    pub(crate) individual: Counter,
}

impl SharedExecutionMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "batches_executed",
            "Batches executed once for all subscribers with the same document and variables",
            metrics.shared.clone(),
        );
        registry.register(
            "batches_executed_apart",
            "Batches executed for a single subscriber",
            metrics.individual.clone(),
        );
        metrics
    }
}

/// What an execution needs.
pub(crate) struct Runner {
    pub(crate) endpoint: Endpoint,
    pub(crate) budget: PayloadBudget,
    pub(crate) metrics: SharedExecutionMetrics,
}

impl Runner {
    /// Runs a checked request for `caller`, or without a caller.
    pub(crate) fn run(
        &self,
        request: Request,
        caller: Option<Caller>,
    ) -> BoxStream<'static, Response> {
        self.endpoint
            .execute_stream(self.endpoint.prepare(request, caller))
    }
}
