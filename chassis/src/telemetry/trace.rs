//! The current trace, and the layer that opens one per request.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tracing::{Instrument, Span};

use crate::metrics::Metrics;

const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");
const INSTANCE_HEADER: HeaderName = HeaderName::from_static("x-antiphon-instance");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

tokio::task_local! {
    static CURRENT: Trace;
}

/// A trace and our span in it, as W3C Trace Context writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    span: u64,
}

impl Trace {
    /// A new trace.
    #[must_use]
    pub fn start() -> Self {
        // Zero is not a valid id in W3C Trace Context.
        Self {
            id: rand::random::<u128>().max(1),
            span: rand::random::<u64>().max(1),
        }
    }

    /// The trace that the request's `traceparent` belongs to, else a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        headers
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .and_then(Self::continued)
            .unwrap_or_else(Self::start)
    }

    /// A new span in the trace of this `traceparent`, if it is one.
    #[must_use]
    pub fn continued(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, id, span, _flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        if !hex(version, 2) || version == "ff" || !hex(id, 32) || !hex(span, 16) {
            return None;
        }
        let id = u128::from_str_radix(id, 16).ok().filter(|id| *id != 0)?;
        Some(Self {
            id,
            ..Self::start()
        })
    }

    /// The trace id: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:032x}", self.id)
    }

    /// What to send along, so that the receiver continues this trace.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{:032x}-{:016x}-01", self.id, self.span)
    }
}

/// The id of the trace that this task serves.
#[must_use]
pub fn trace_id() -> Option<String> {
    CURRENT.try_with(Trace::id).ok()
}

/// The `traceparent` to send along with whatever this task causes.
#[must_use]
pub fn traceparent() -> Option<String> {
    CURRENT.try_with(Trace::traceparent).ok()
}

/// Runs `work` as part of `trace`: for a spawned task, a socket, or a message that carried a `traceparent`.
pub async fn in_trace<F: Future>(trace: Trace, work: F) -> F::Output {
    let span = tracing::info_span!(
        "trace",
        trace_id = trace.id(),
        user_id = tracing::field::Empty
    );
    CURRENT.scope(trace, work.instrument(span)).await
}

/// Marks the rest of this request's log lines with the user.
pub(crate) fn record_user(user: impl std::fmt::Display) {
    Span::current().record("user_id", tracing::field::display(user));
}

/// What [`serve`] needs to know about the instance.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) instance: HeaderValue,
    pub(crate) metrics: Arc<Metrics>,
}

/// The outermost layer: trace, log line, metric, and the headers that every answer has.
pub(crate) async fn serve(State(served): State<Served>, request: Request, next: Next) -> Response {
    let trace = Trace::of(request.headers());
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    in_trace(trace, async move {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let took = began.elapsed();
        let status = response.status().as_u16();
        served.metrics.answered(&path, status, took);
        let duration_ms = took.as_secs_f64() * 1000.0;
        // Health checks and scrapes arrive every second and are not worth a log line at `info`.
        if path.starts_with("/graphql") || response.status().is_server_error() {
            tracing::info!(%method, path, status, duration_ms, "answered");
        } else {
            tracing::debug!(%method, path, status, duration_ms, "answered");
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&trace.id()) {
            headers.insert(TRACE_HEADER, id);
        }
        headers.insert(INSTANCE_HEADER, served.instance);
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    })
    .await
}
