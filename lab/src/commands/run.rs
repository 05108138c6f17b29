//! `lab run -- command`: a temporary stack for one command, such as the browser tests.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use lab_stack::Error;
use lab_stack::stack::{BROWSER_TESTS, Instances, Options, Stack, StackPorts, variables};
use tokio::process::Command;

use super::shutdown_requested;

/// Directory of the files with process ids, inside the directory of the stack.
const PID_DIRECTORY: &str = "pids";

/// How often the files with process ids are updated.
const PID_UPDATE_INTERVAL: Duration = Duration::from_millis(100);

/// The command finds the addresses in ANTIPHON_URL, ANTIPHON_USERS_1_URL and so on, and the database URL of the owner
/// in ANTIPHON_DATABASE_URL. It may stop processes: the files $ANTIPHON_PIDS/users-1 and so on, and redis, contain the
/// process ids of what is running. Processes that end are restarted, as in `lab up`. Limits are those of production,
/// except that the limits of sign-ins and registrations per address, and of messages, new chats and added users per
/// user, are off; set them with --env.
#[derive(Args)]
pub struct Run {
    /// Directory of the built web client. Without it, only the API is served.
    #[arg(long)]
    web: Option<PathBuf>,
    #[command(flatten)]
    instances: Instances,
    /// Environment variable for all services, as NAME=value. Can be repeated.
    #[arg(long = "env", value_parser = variable)]
    environment: Vec<(String, String)>,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<String>,
}

/// Parses NAME=value.
pub fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=value is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs the command and returns its exit code.
pub async fn run(arguments: Run) -> Result<ExitCode, Error> {
    let web = match &arguments.web {
        Some(path) => Some(std::path::absolute(path).map_err(|cause| Error::Io {
            what: format!("find {}", path.display()),
            cause,
        })?),
        None => None,
    };
    let mut options = Options {
        web,
        ports: StackPorts::free_for(arguments.instances),
        environment: variables(&BROWSER_TESTS),
        ..Options::for_tests()
    };
    options.environment.extend(arguments.environment.clone());
    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        _ = shutdown_requested() => return Ok(ExitCode::FAILURE),
    };
    println!("lab: a stack is ready at {}", stack.url());

    std::fs::create_dir_all(stack.directory().join(PID_DIRECTORY)).map_err(pid_file_error)?;
    let mut written = HashMap::new();
    write_pid_files(&stack, &mut written)?;
    let instances = stack.instances().into_iter().map(|instance| {
        let name = instance.to_string().to_uppercase().replace('-', "_");
        (format!("ANTIPHON_{name}_URL"), stack.instance_url(instance))
    });
    let failed = |cause| Error::Io {
        what: format!("run {}", arguments.command.join(" ")),
        cause,
    };
    let mut child = Command::new(&arguments.command[0])
        .args(&arguments.command[1..])
        .env("ANTIPHON_URL", stack.url())
        .env("ANTIPHON_DATABASE_URL", stack.database_url(None))
        .env("ANTIPHON_LOGS", stack.directory())
        .env("ANTIPHON_PIDS", stack.directory().join(PID_DIRECTORY))
        .envs(instances)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let status = tokio::select! {
        status = child.wait() => status.map_err(failed)?,
        outcome = supervise(&stack, written) => match outcome? {},
        _ = shutdown_requested() => return Ok(ExitCode::FAILURE),
    };
    stack.stop();
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Restarts processes that end, and updates the files with process ids.
async fn supervise(
    stack: &Stack,
    mut written: HashMap<String, Option<u32>>,
) -> Result<Infallible, Error> {
    let writing = async {
        loop {
            tokio::time::sleep(PID_UPDATE_INTERVAL).await;
            write_pid_files(stack, &mut written)?;
        }
    };
    tokio::select! {
        outcome = stack.supervise(|what| println!("lab: {what}")) => outcome,
        outcome = writing => outcome,
    }
}

/// Writes the files that have changed. A process that is not running has no file.
fn write_pid_files(stack: &Stack, written: &mut HashMap<String, Option<u32>>) -> Result<(), Error> {
    let instances = stack.instances().into_iter();
    let instances = instances.map(|instance| (instance.to_string(), stack.process_id(instance)));
    let redis = stack.redis().pid().filter(|_| stack.redis().is_running());
    let directory = stack.directory().join(PID_DIRECTORY);
    for (name, pid) in instances.chain([("redis".to_owned(), redis)]) {
        if written.get(&name) == Some(&pid) {
            continue;
        }
        let path = directory.join(&name);
        match pid {
            // Renamed into place, so that a reader finds either a complete file or none.
            Some(pid) => {
                let temporary = directory.join(format!(".{name}"));
                std::fs::write(&temporary, pid.to_string())
                    .and_then(|()| std::fs::rename(&temporary, &path))
                    .map_err(pid_file_error)?;
            }
            // There may be no file yet.
            None => drop(std::fs::remove_file(&path)),
        }
        written.insert(name, pid);
    }
    Ok(())
}

fn pid_file_error(cause: std::io::Error) -> Error {
    Error::Io {
        what: "write the process ids".to_owned(),
        cause,
    }
}
