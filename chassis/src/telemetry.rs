//! Logs, and the trace that ties the lines of one request together across services.
//!
//! A request belongs to the trace that its W3C `traceparent` header names, else to a new one. Every log line written
//! while it is served carries the `trace_id`, and so do the answer (`x-trace-id`), every error, and whatever the service
//! publishes.

mod json;
mod trace;

use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use trace::{Served, record_user, serve};
pub use trace::{Trace, in_trace, trace_id, traceparent};

use crate::{
    config::groups::{LogArgs, LogFormat},
    error::StartError,
};

/// Writes log lines to stdout from here on. The first call of a process wins; a later one (several services in one
/// test process) changes nothing.
///
/// # Errors
/// When `LOG` cannot be understood.
pub fn init(service: &'static str, instance: &str, args: &LogArgs) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(&args.log).map_err(|error| StartError::new(format!("LOG: {error}")))?;
    let lines = match args.log_format {
        LogFormat::Json => fmt::layer()
            .fmt_fields(fmt::format::JsonFields::new())
            .event_format(json::Lines::new(service, instance))
            .with_ansi(false)
            .boxed(),
        LogFormat::Text => fmt::layer().boxed(),
    };
    if tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .is_err()
    {
        tracing::debug!("telemetry was already set up");
    }
    Ok(())
}
