//! Signals. Only `main` listens to them; everything else is handed a [`CancellationToken`].

use tokio::signal::unix::{SignalKind, signal as on};
use tokio_util::sync::CancellationToken;

use crate::error::StartError;

/// A token that the first SIGTERM or SIGINT cancels. The second one aborts the process: nothing in memory matters.
///
/// # Errors
/// When the handlers cannot be installed.
#[expect(
    clippy::disallowed_methods,
    reason = "the second signal asks for just this"
)]
pub fn signal() -> Result<CancellationToken, StartError> {
    let install = |kind| on(kind).map_err(|error| StartError::new(format!("signals: {error}")));
    let mut terminate = install(SignalKind::terminate())?;
    let mut interrupt = install(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("asked to stop; draining");
        cancelled.cancel();
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::warn!("asked to stop a second time; aborting");
        std::process::exit(1);
    });
    Ok(token)
}
