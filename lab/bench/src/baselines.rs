//! The upper limit of this machine: each task of Antiphon, done by a bare server in the same language with the same
//! libraries that stores, orders and checks nothing.
//!
//! Each baseline is a separate process, so that its CPU time and memory can be measured.

mod broadcast;
mod graphql;
mod listener;
mod message_source;
mod postgres;
mod stock;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Subcommand;

use lab_stack::directory::Directory;
use lab_stack::process::{Process, ProcessSpec, StopSteps};
use lab_stack::{Error, ports};

pub use broadcast::{Broadcast, frame as bare_frame};
pub use postgres::{InsertResult, Inserts};

const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A baseline server, as a subcommand.
#[derive(Subcommand, Clone, Debug)]
pub enum Baseline {
    /// async-graphql over axum: a mutation that only broadcasts, a query of 50 messages.
    Graphql {
        /// Port to listen on.
        #[arg(long)]
        port: u16,
    },
    /// The same schema behind async-graphql-axum's own endpoints, with a subscription.
    Stock {
        /// Where to listen.
        #[arg(long)]
        port: u16,
    },
    /// axum WebSockets that broadcast messages, or are idle.
    Sockets(Broadcast),
    /// Inserts rows into Postgres.
    Inserts(Inserts),
}

impl Baseline {
    /// Runs until the process is terminated or the work is done.
    ///
    /// # Errors
    /// If the port is taken, or Postgres returns an error.
    pub async fn run(self) -> Result<(), Error> {
        match self {
            Baseline::Graphql { port } => graphql::serve(port).await,
            Baseline::Stock { port } => stock::serve(port).await,
            Baseline::Sockets(broadcast) => broadcast.serve().await,
            Baseline::Inserts(inserts) => inserts.run().await,
        }
    }
}

/// A running baseline server.
#[derive(Debug)]
pub struct BaselineServer {
    process: Process,
    port: u16,
}

impl BaselineServer {
    /// Starts `lab bench baseline <arguments> --port <free>` and waits until it accepts connections.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(directory: &Path, arguments: &[&str]) -> Result<BaselineServer, Error> {
        let port = ports::free();
        let own_program =
            std::env::current_exe().map_err(|cause| Error::io("find my own program", cause))?;
        let number = port.to_string();
        let mut command = vec![own_program.into_os_string()];
        let all = ["bench", "baseline"].iter().chain(arguments);
        command.extend(all.chain(&["--port", &number]).map(Into::into));
        let spec = ProcessSpec {
            name: format!("bare-{}-{port}", arguments.first().unwrap_or(&"")),
            command,
            environment: Vec::new(),
            stop: StopSteps::QUICK,
        };
        let process = Process::start(&spec, &Arc::new(Directory::lasting(directory)?))?;
        let bare = BaselineServer { process, port };
        let deadline = Instant::now() + START_TIMEOUT;
        while std::net::TcpStream::connect(bare.address()).is_err() {
            if Instant::now() > deadline {
                return Err(Error::NotReady {
                    name: spec.name,
                    seconds: START_TIMEOUT.as_secs(),
                    log: bare.process.log_tail(),
                });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(bare)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}
