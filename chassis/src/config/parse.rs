//! Reads a configuration, and reports what is wrong with it in one line.

use std::process;

use clap::{
    CommandFactory, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
    parser::ValueSource,
};

use crate::error::StartError;

/// Reads a service's configuration. On a bad or missing variable it prints one line that names it and exits with 2.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing runs yet that could be drained"
)]
#[must_use]
pub fn parse<C: Parser>() -> C {
    match try_parse_from(std::env::args_os()) {
        Ok(config) => config,
        Err(Refusal::Help(error)) => error.exit(),
        Err(Refusal::Bad(error)) => {
            // The log is not set up yet, and a supervisor shows stderr.
            eprintln!("{error}");
            process::exit(2)
        }
    }
}

/// Why [`try_parse_from`] has no configuration.
#[derive(Debug)]
pub enum Refusal {
    /// `--help` or `--version` was asked for.
    Help(clap::Error),
    /// A variable is bad or missing.
    Bad(StartError),
}

/// [`parse`] without its exits.
///
/// # Errors
/// When help is asked for, or a variable is bad or missing.
pub fn try_parse_from<C: Parser>(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<C, Refusal> {
    let command = C::command();
    let matches = command
        .clone()
        .try_get_matches_from(arguments)
        .map_err(|error| refusal::<C>(error))?;
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        if argument.is_hide_env_values_set()
            && matches.value_source(id) == Some(ValueSource::CommandLine)
        {
            let variable = variable_of::<C>(&format!("--{}", id.replace('_', "-")));
            return Err(Refusal::Bad(StartError::new(format!(
                "{variable}: a secret; set the variable or its _FILE instead of the flag"
            ))));
        }
    }
    C::from_arg_matches(&matches).map_err(|error| refusal::<C>(error))
}

fn refusal<C: CommandFactory>(error: clap::Error) -> Refusal {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return Refusal::Help(error);
    }
    let names = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => variable_of::<C>(flag),
        Some(ContextValue::Strings(flags)) => flags
            .iter()
            .map(|flag| variable_of::<C>(flag))
            .collect::<Vec<_>>()
            .join(", "),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            return Refusal::Bad(StartError::new(line.trim_start_matches("error: ")));
        }
    };
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => "not set".to_owned(),
        ErrorKind::UnknownArgument => "no such flag".to_owned(),
        _ => std::error::Error::source(&error)
            .map_or_else(|| "not a valid value".to_owned(), ToString::to_string),
    };
    Refusal::Bad(StartError::new(format!("{names}: {what}")))
}

/// `--db-pool-max <N>` is `DB_POOL_MAX` to whoever has to repair it.
fn variable_of<C: CommandFactory>(flag: &str) -> String {
    let long = flag
        .trim_start_matches("--")
        .split([' ', '='])
        .next()
        .unwrap_or_default();
    C::command()
        .get_arguments()
        .find(|argument| argument.get_long() == Some(long))
        .and_then(|argument| argument.get_env())
        .map_or_else(
            || flag.to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
}
