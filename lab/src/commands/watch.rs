//! `lab watch URL -- command`: what clients of an installation see while a command breaks it.

use std::process::{ExitCode, Stdio};

use clap::Args;
use lab_faults::watch::Watch;
use lab_stack::Error;
use lab_stack::client::Refusal;
use tokio::process::Command;

use super::shutdown_requested;

/// Without an argument, the command prints the names of its actions, one per line; with a name, it performs that
/// action. Meanwhile, eight new users of the installation at URL write into a chat and follow it live. Each action
/// becomes a row of the printed table. Fails if a message was lost, duplicated or delivered out of order, or if an
/// action failed.
#[derive(Args)]
pub struct WatchArguments {
    /// URL of the application, such as http://127.0.0.1:8080.
    url: String,
    /// Number of subscriptions that follow the chat. With as many as there are receivers, each receiver serves one.
    #[arg(long, default_value_t = 3)]
    listeners: usize,
    /// Messages per second, at most six.
    #[arg(long, default_value_t = 6)]
    rate: u32,
    /// Perform only actions whose name contains this text.
    #[arg(long)]
    only: Option<String>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<String>,
}

/// Performs every action and prints a row for each.
pub async fn run(arguments: WatchArguments) -> Result<ExitCode, Error> {
    tokio::select! {
        passed = run_all(&arguments) => {
            Ok(if passed? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        _ = shutdown_requested() => Ok(ExitCode::FAILURE),
    }
}

async fn run_all(arguments: &WatchArguments) -> Result<bool, Error> {
    let actions = actions(arguments).await?;
    let mut watch = Watch::new(&arguments.url, arguments.listeners, arguments.rate)
        .await
        .map_err(refusal_error)?;
    println!(
        "| action | messages | failed attempts | slowest send | ended connections | longest delay | errors |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut all_passed = true;
    for action in &actions {
        let (succeeded, round) = watch
            .run_round(run_action(arguments, action))
            .await
            .map_err(refusal_error)?;
        println!("| {action} | {round} |");
        all_passed &= round.passed();
        if !succeeded? {
            eprintln!("lab: the action failed: {action}");
            all_passed = false;
        }
    }
    let (messages, errors) = watch.totals().await.map_err(refusal_error)?;
    println!("\nAll {messages} messages, at each listener and in each history; errors: {errors}");
    Ok(all_passed && errors.is_none())
}

/// The names of the actions.
async fn actions(arguments: &WatchArguments) -> Result<Vec<String>, Error> {
    let output = command(arguments)
        .stdout(Stdio::piped())
        .output()
        .await
        .map_err(|cause| run_error(arguments, cause))?;
    let names = String::from_utf8_lossy(&output.stdout);
    let wanted = |action: &&str| {
        arguments
            .only
            .as_ref()
            .is_none_or(|part| action.contains(part))
    };
    let actions: Vec<String> = names.lines().filter(wanted).map(str::to_owned).collect();
    if actions.is_empty() || !output.status.success() {
        return Err(Error::Failed {
            program: arguments.command.join(" "),
            output: "it prints no actions".to_owned(),
        });
    }
    Ok(actions)
}

/// Performs one action. Returns whether the command succeeded.
async fn run_action(arguments: &WatchArguments, action: &str) -> Result<bool, Error> {
    let status = command(arguments)
        .arg(action)
        // Standard output is for the table.
        .stdout(std::io::stderr())
        .status()
        .await;
    Ok(status
        .map_err(|cause| run_error(arguments, cause))?
        .success())
}

fn command(arguments: &WatchArguments) -> Command {
    let mut command = Command::new(&arguments.command[0]);
    command.args(&arguments.command[1..]).kill_on_drop(true);
    command
}

fn run_error(arguments: &WatchArguments, cause: std::io::Error) -> Error {
    Error::Io {
        what: format!("run {}", arguments.command.join(" ")),
        cause,
    }
}

fn refusal_error(refusal: Refusal) -> Error {
    Error::Failed {
        program: "the watched installation".to_owned(),
        output: refusal.to_string(),
    }
}
