//! One file per subcommand.

pub mod bench;
pub mod faults;
mod mutants;
pub mod run;
pub mod up;
pub mod watch;

use std::process::ExitCode;

use lab_stack::Error;
use tokio::signal::unix::{SignalKind, signal};

/// Returns when this process receives a signal to end.
async fn shutdown_requested() -> std::io::Result<()> {
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

fn create_directory(directory: &std::path::Path) -> Result<(), Error> {
    std::fs::create_dir_all(directory).map_err(|cause| Error::Io {
        what: format!("create {}", directory.display()),
        cause,
    })
}

fn exit_code(good: bool) -> ExitCode {
    match good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn seed_from_clock() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |since| since.as_secs())
}
