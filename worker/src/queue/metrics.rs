//! What the queue, the consumers and the indexer count.

use std::sync::{Arc, atomic::AtomicU64};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::jobs::kind::JobKind;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfConsumer {
    consumer: &'static str,
}

type Seconds = Gauge<f64, AtomicU64>;

/// How an attempt at a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The job is done.
    Done,
    /// It failed, and is tried again.
    Failed,
    /// It failed for the last time.
    Dead,
    /// It was not finished before its expiry.
    Expired,
    /// Another instance has taken over the job.
    Lost,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Expired => "expired",
            Self::Lost => "lost",
        }
    }
}

/// Cloning it is cheap.
#[derive(Clone, Debug)]
pub(crate) struct QueueMetrics {
    ended: Family<Ended, Counter>,
    steps: Counter,
    queued: Gauge,
    dead: Gauge,
    overdue: Arc<Seconds>,
    handled: Family<OfConsumer, Counter>,
    lag: Family<OfConsumer, Seconds>,
    indexed: Counter,
}

impl QueueMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "job_attempts",
            "Finished attempts at jobs, by kind and outcome",
            self.ended.clone(),
        );
        registry.register("job_steps", "Completed steps of jobs", self.steps.clone());
        registry.register(
            "jobs_queued",
            "Jobs that are not finished",
            self.queued.clone(),
        );
        registry.register(
            "jobs_dead",
            "Jobs that were given up after too many failures",
            self.dead.clone(),
        );
        registry.register(
            "jobs_overdue_seconds",
            "Time that the oldest due job has been waiting, in seconds",
            (*self.overdue).clone(),
        );
        registry.register(
            "consumer_events",
            "Events handled by consumers",
            self.handled.clone(),
        );
        registry.register(
            "consumer_lag_seconds",
            "Time since a consumer was last known to have seen all events, in seconds",
            self.lag.clone(),
        );
        registry.register(
            "messages_indexed",
            "Messages whose words were indexed",
            self.indexed.clone(),
        );
    }

    pub(crate) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            ended: Family::default(),
            steps: Counter::default(),
            queued: Gauge::default(),
            dead: Gauge::default(),
            overdue: Arc::default(),
            handled: Family::default(),
            lag: Family::default(),
            indexed: Counter::default(),
        };
        metrics.register(registry);
        metrics
    }

    pub(super) fn end(&self, kind: JobKind, outcome: Outcome) {
        let labels = Ended {
            kind: kind.as_str(),
            outcome: outcome.as_str(),
        };
        self.ended.get_or_create(&labels).inc();
    }

    pub(crate) fn index(&self, messages: i64) {
        self.indexed.inc_by(messages.try_into().unwrap_or_default());
    }

    pub(super) fn step(&self) {
        self.steps.inc();
    }

    pub(super) fn set_queue(&self, queued: i64, dead: i64, overdue_seconds: f64) {
        self.queued.set(queued);
        self.dead.set(dead);
        self.overdue.set(overdue_seconds);
    }

    pub(crate) fn handle(&self, consumer: &'static str, events: u64) {
        self.handled
            .get_or_create(&OfConsumer { consumer })
            .inc_by(events);
    }

    pub(crate) fn set_lag(&self, consumer: &'static str, seconds: f64) {
        self.lag
            .get_or_create(&OfConsumer { consumer })
            .set(seconds);
    }
}
