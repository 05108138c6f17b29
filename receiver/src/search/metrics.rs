//! What the searches in messages cost.

use prometheus_client::{metrics::counter::Counter, registry::Registry};

/// Counts what searches do. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchMetrics {
    /// Ranges of messages that were searched.
    pub(crate) windows: Counter,
    /// Searches that stopped before their page was full and the chats were searched.
    pub(crate) incomplete: Counter,
}

impl SearchMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "search_windows",
            "Ranges of messages of a chat that were searched",
            metrics.windows.clone(),
        );
        registry.register(
            "searches_incomplete",
            "Pages of found messages that were answered unfinished because the search took too long",
            metrics.incomplete.clone(),
        );
        metrics
    }
}
