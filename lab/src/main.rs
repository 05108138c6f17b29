//! `lab`: brings the whole of Antiphon up on this machine.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Brings the whole of Antiphon up on this machine.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts everything on the usual ports, with data that stays, until Ctrl-C.
    Up(commands::up::Up),
    /// Starts a throw-away stack on free ports and runs a command against it.
    With(commands::with::With),
    /// Watches an installation as its clients while a command breaks it.
    Watch(commands::watch::WatchArguments),
    /// Breaks the system, and judges what its clients saw.
    Faults(commands::faults::Faults),
    /// Measures how fast it is, next to what this machine could do at the most.
    Bench(commands::bench::Bench),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(up) => commands::up::run(up).await,
        Command::With(with) => commands::with::run(with).await,
        Command::Watch(watch) => commands::watch::run(watch).await,
        Command::Faults(faults) => commands::faults::run(faults).await,
        Command::Bench(bench) => commands::bench::run(bench).await,
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("lab: {error}");
        ExitCode::FAILURE
    })
}
