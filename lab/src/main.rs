//! `lab`: runs the whole of Antiphon on this machine.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs the whole of Antiphon on this machine: for development, tests, fault tests and benchmarks.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts everything on the usual ports and keeps the data; runs until Ctrl-C.
    Up(commands::up::Up),
    /// Starts a temporary stack on free ports and runs a command against it.
    Run(commands::run::Run),
    /// Sends and receives messages at an installation while a command disturbs it, and checks that none is lost.
    Watch(commands::watch::WatchArguments),
    /// Injects faults into the system, and checks what its clients observed.
    Faults(commands::faults::Faults),
    /// Measures performance, next to the limits of this machine.
    Bench(commands::bench::Bench),
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Up(up) => commands::up::run(up).await,
        Command::Run(run) => commands::run::run(run).await,
        Command::Watch(watch) => commands::watch::run(watch).await,
        Command::Faults(faults) => commands::faults::run(faults).await,
        Command::Bench(bench) => commands::bench::run(bench).await,
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("lab: {error}");
        ExitCode::FAILURE
    })
}
