//! One file per subcommand.

pub mod bench;
pub mod faults;
mod mutants;
pub mod up;
pub mod watch;
pub mod with;

use tokio::signal::unix::{SignalKind, signal};

/// Returns when someone asks this process to end.
async fn asked_to_end() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
