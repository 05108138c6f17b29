//! What can go wrong while servers are started, as sentences for whoever ran the command.

use std::io;

/// Why something did not start or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that Antiphon needs is not on this machine.
    #[error("{program} is not installed. `scripts/setup` installs it (Debian package {package})")]
    MissingProgram {
        /// The program's name.
        program: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// A service was not built.
    #[error("{} is missing; build the services first: cargo build --workspace --bins", path.display())]
    NotBuilt {
        /// Where it should be.
        path: std::path::PathBuf,
    },
    /// A directory belongs to someone else.
    #[error("{} belongs to another user", path.display())]
    NotOurs {
        /// Which one.
        path: std::path::PathBuf,
    },
    /// We are root, and there is nobody else to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and there is neither a postgres nor a nobody account"
    )]
    NoAccount,
    /// A server ended when it should have started.
    #[error("{name} ended at once. The end of its log:\n{log}")]
    Exited {
        /// Which server.
        name: String,
        /// The last lines of its log.
        log: String,
    },
    /// A server did not get ready in time.
    #[error("{name} was not ready after {seconds} s. The end of its log:\n{log}")]
    NotReady {
        /// Which server.
        name: String,
        /// How long we waited.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// The operating system refused something.
    #[error("cannot {what}: {cause}")]
    Io {
        /// What we wanted.
        what: String,
        /// What it said.
        cause: io::Error,
    },
    /// A program that should do its work and end failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which program.
        program: String,
        /// What it said.
        output: String,
    },
}

impl Error {
    /// Something that should have worked, and what was seen instead.
    pub fn failed(program: &str, output: impl ToString) -> Error {
        Error::Failed {
            program: program.to_owned(),
            output: output.to_string(),
        }
    }

    /// Something that was tried with a file or a connection, and why it failed.
    pub fn io(what: impl Into<String>, cause: io::Error) -> Error {
        Error::Io {
            what: what.into(),
            cause,
        }
    }
}
