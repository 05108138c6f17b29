//! The errors of the lab, as sentences for the user of the command.

use std::io;

/// Why something could not be started or done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that Antiphon needs is not installed.
    #[error("{program} is not installed. `scripts/setup` installs it (Debian package {package})")]
    MissingProgram {
        /// The program's name.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// A service has not been built.
    #[error("{} is missing; build the services first: cargo build --workspace --bins", path.display())]
    NotBuilt {
        /// The expected path of its binary.
        path: std::path::PathBuf,
    },
    /// A directory belongs to another user.
    #[error("{} belongs to another user", path.display())]
    NotOurs {
        /// The directory.
        path: std::path::PathBuf,
    },
    /// We are root, and there is no other account to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and there is neither a postgres nor a nobody account"
    )]
    NoAccount,
    /// A server exited when it should have started.
    #[error("{name} exited at once. The end of its log:\n{log}")]
    Exited {
        /// The name of the server.
        name: String,
        /// The last lines of its log.
        log: String,
    },
    /// A server was not ready in time.
    #[error("{name} was not ready after {seconds} s. The end of its log:\n{log}")]
    NotReady {
        /// The name of the server.
        name: String,
        /// How long the lab waited, in seconds.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// An operating system call failed.
    #[error("cannot {what}: {cause}")]
    Io {
        /// What was attempted, as a verb with its object.
        what: String,
        /// The cause.
        cause: io::Error,
    },
    /// A program or a step failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program or step.
        program: String,
        /// Its output.
        output: String,
    },
}

impl Error {
    /// An error of a program or step, with its output.
    pub fn failed(program: &str, output: impl ToString) -> Error {
        Error::Failed {
            program: program.to_owned(),
            output: output.to_string(),
        }
    }

    /// An error of an operating system call, with its cause.
    pub fn io(what: impl Into<String>, cause: io::Error) -> Error {
        Error::Io {
            what: what.into(),
            cause,
        }
    }
}
