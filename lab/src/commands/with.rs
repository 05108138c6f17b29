//! `lab with -- command`: a throw-away stack for one command, such as the browser tests.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lab::Error;
use lab::stack::{Instance, Options, Stack};
use tokio::process::Command;

use super::asked_to_end;

/// The command finds the addresses in ANTIPHON_URL, ANTIPHON_USERS_1_URL and so on.
#[derive(Args)]
pub struct With {
    /// The built web client; without it only the API is served.
    #[arg(long)]
    web: Option<PathBuf>,
    /// A variable for every service, as NAME=value; may be repeated.
    #[arg(long = "env", value_parser = variable)]
    environment: Vec<(String, String)>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<String>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=value is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs the command and answers with its exit code.
pub async fn run(with: With) -> Result<ExitCode, Error> {
    let web = match &with.web {
        Some(path) => Some(std::path::absolute(path).map_err(|cause| Error::Io {
            what: format!("find {}", path.display()),
            cause,
        })?),
        None => None,
    };
    let mut options = Options {
        web,
        ..Options::for_tests()
    };
    options.environment.extend(with.environment.clone());
    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        _ = asked_to_end() => return Ok(ExitCode::FAILURE),
    };
    println!("lab: a stack is ready at {}", stack.url());

    let instances = Instance::all().map(|instance| {
        let name = instance.to_string().to_uppercase().replace('-', "_");
        (format!("ANTIPHON_{name}_URL"), stack.instance_url(instance))
    });
    let failed = |cause| Error::Io {
        what: format!("run {}", with.command.join(" ")),
        cause,
    };
    let mut child = Command::new(&with.command[0])
        .args(&with.command[1..])
        .env("ANTIPHON_URL", stack.url())
        .env("ANTIPHON_LOGS", stack.directory())
        .envs(instances)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let status = tokio::select! {
        status = child.wait() => status.map_err(failed)?,
        _ = asked_to_end() => return Ok(ExitCode::FAILURE),
    };
    stack.stop();
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
