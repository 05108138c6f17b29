//! The batcher's metrics.

use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};

/// Buckets of the histogram of messages per transaction.
const BATCH_SIZE_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

#[derive(Clone)]
pub struct BatcherMetrics {
    /// Messages that one transaction stored.
    pub messages: Histogram,
    /// Batches whose messages were committed individually.
    pub divided: Counter,
    /// Chats whose messages were isolated.
    pub isolated_chats: Counter,
    /// Messages that found a full queue.
    pub refused: Counter,
}

impl BatcherMetrics {
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            messages: Histogram::new(BATCH_SIZE_BUCKETS),
            divided: Counter::default(),
            isolated_chats: Counter::default(),
            refused: Counter::default(),
        };
        let Self {
            messages,
            divided,
            isolated_chats,
            refused,
        } = metrics.clone();
        registry.register(
            "batch_messages",
            "Number of messages stored by one transaction",
            messages,
        );
        registry.register(
            "batches_divided",
            "Batches that failed as a whole, so that each of their messages was committed individually",
            divided,
        );
        registry.register(
            "batch_chats_set_aside",
            "Chats that were moved out of shared batches because their row lock was contended",
            isolated_chats,
        );
        registry.register(
            "batch_turned_away",
            "Messages refused because a queue was full",
            refused,
        );
        metrics
    }
}
