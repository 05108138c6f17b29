//! Metrics in the Prometheus text format. One [`Metrics`] per app, no globals: a test process holds several apps.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text::encode},
    metrics::{counter::Counter, family::Family, gauge::ConstGauge, histogram::Histogram},
    registry::Registry,
};

use crate::postgres::Pool;

/// Seconds: from a cached read to the execution timeout.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    path: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    field: String,
    outcome: String,
}

/// Counts GraphQL operations by root field and outcome (`ok` or the error code).
#[derive(Clone, Debug, Default)]
pub struct Operations(Family<Operation, Counter>);

impl Operations {
    /// One execution of this root field ended so. The field must be one of the schema's, never a client's text.
    pub fn count(&self, field: &str, outcome: &str) {
        let operation = Operation {
            field: field.to_owned(),
            outcome: outcome.to_owned(),
        };
        self.0.get_or_create(&operation).inc();
    }
}

/// An app's metrics: its own, through [`Metrics::registry`], and those that every service has.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Histogram>,
    operations: Operations,
}

impl Metrics {
    /// Metrics whose names all start with `prefix` and an underscore.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let mut registry = Registry::with_prefix(prefix);
        let answers: Family<Answer, Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let operations = Operations::default();
        registry.register(
            "http_request_duration_seconds",
            "Time to answer an HTTP request",
            answers.clone(),
        );
        registry.register(
            "graphql_operations",
            "GraphQL root fields executed, by outcome",
            operations.0.clone(),
        );
        Self {
            registry,
            answers,
            operations,
        }
    }

    /// The registry for the service's own metrics.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// The operation counter, for the endpoint and for sockets.
    #[must_use]
    pub fn operations(&self) -> Operations {
        self.operations.clone()
    }

    /// Exports the state of this pool; `name` distinguishes several pools of one service.
    pub fn watch_pool(&mut self, name: &'static str, pool: &Pool) {
        let watched = WatchedPool { pool: pool.clone() };
        self.registry
            .sub_registry_with_label(("pool".into(), name.into()))
            .register_collector(Box::new(watched));
    }

    pub(crate) fn answered(&self, path: &str, status: u16, took: Duration) {
        let answer = Answer {
            path: path.to_owned(),
            status,
        };
        self.answers
            .get_or_create(&answer)
            .observe(took.as_secs_f64());
    }

    pub(crate) fn scrape(&self) -> Response {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => (
                [(
                    header::CONTENT_TYPE,
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                )],
                text,
            )
                .into_response(),
            Err(error) => {
                tracing::error!(%error, "cannot encode the metrics");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

#[derive(Debug)]
struct WatchedPool {
    pool: Pool,
}

impl Collector for WatchedPool {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let status = self.pool.status();
        for (name, help, value) in [
            ("db_pool_max", "Most connections", status.max_size),
            ("db_pool_open", "Open connections", status.size),
            ("db_pool_idle", "Idle connections", status.available),
            (
                "db_pool_waiting",
                "Requests that wait for a connection",
                status.waiting,
            ),
            (
                "db_away",
                "1 while the database is known to be away",
                self.pool.is_away().into(),
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}
