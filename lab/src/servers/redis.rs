//! A private Redis.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::directory::Directory;
use crate::process::{Process, Recipe, StopSteps};
use crate::{Error, ports, programs};

const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis server of our own that stores nothing on disk.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    process: Mutex<Option<Process>>,
    // Last: it is removed after the process has stopped.
    directory: Arc<Directory>,
}

impl Redis {
    /// A server on a free port, which a test may stop, flush and freeze.
    ///
    /// # Panics
    /// When Redis is missing or does not start.
    pub fn start() -> Redis {
        let directory = Directory::temporary().map(Arc::new);
        directory
            .and_then(|directory| Redis::launch(directory, ports::free()))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// A server on `port` with its log in `directory`.
    pub fn launch(directory: Arc<Directory>, port: u16) -> Result<Redis, Error> {
        let redis = Redis::absent(directory, port);
        redis.begin()?;
        Ok(redis)
    }

    /// No server yet: the port refuses connections until [`Redis::restart`].
    pub fn absent(directory: Arc<Directory>, port: u16) -> Redis {
        Redis {
            port,
            process: Mutex::new(None),
            directory,
        }
    }

    fn begin(&self) -> Result<(), Error> {
        let port = self.port.to_string();
        let mut command = vec![programs::redis()?.into()];
        let arguments = [
            ["--port", &port],
            ["--bind", "127.0.0.1"],
            ["--save", ""],
            ["--appendonly", "no"],
        ];
        command.extend(arguments.concat().into_iter().map(Into::into));
        let recipe = Recipe {
            name: "redis".to_owned(),
            command,
            environment: Vec::new(),
            stop: StopSteps::QUICK,
        };
        let process = Process::start(&recipe, &self.directory)?;
        self.wait_until_ready(&process)?;
        *self.slot() = Some(process);
        Ok(())
    }

    fn wait_until_ready(&self, process: &Process) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Running first: on a port that someone else took, the answer is not ours.
            if !process.is_running() {
                return Err(Error::Exited {
                    name: "redis".to_owned(),
                    log: process.log_tail(),
                });
            }
            if self.command("PING").is_ok_and(|answer| answer == "+PONG") {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(Error::NotReady {
                    name: "redis".to_owned(),
                    seconds: PATIENCE.as_secs(),
                    log: process.log_tail(),
                });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends one command, as words, and returns the first line of the answer.
    pub fn command(&self, words: &str) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(format!("{words}\r\n").as_bytes())?;
        let mut answer = [0; 128];
        let length = stream.read(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer[..length]);
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.slot().as_ref().map(Process::pid)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Forgets everything stored and drops every Pub/Sub connection, as a fail-over to an
    /// empty server does.
    ///
    /// # Panics
    /// When Redis does not answer.
    pub fn flush(&self) {
        for command in ["FLUSHALL", "CLIENT KILL TYPE pubsub"] {
            let answer = self.command(command);
            assert!(
                answer
                    .as_ref()
                    .is_ok_and(|answer| answer.starts_with(['+', ':'])),
                "redis refused {command}: {answer:?}"
            );
        }
    }

    /// Stops it: connections are closed and new ones refused.
    pub fn stop(&self) {
        let process = self.slot().take();
        if let Some(process) = process {
            process.kill();
        }
    }

    /// SIGSTOP: connections stay open and nothing answers.
    pub fn freeze(&self) {
        if let Some(process) = self.slot().as_ref() {
            process.freeze();
        }
    }

    /// SIGCONT, after [`Redis::freeze`].
    pub fn thaw(&self) {
        if let Some(process) = self.slot().as_ref() {
            process.thaw();
        }
    }

    /// Starts an empty server on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&self) {
        self.start_again().unwrap_or_else(|error| panic!("{error}"));
    }

    /// [`Self::restart`] for whoever has a better answer to a failure than a panic.
    pub fn start_again(&self) -> Result<(), Error> {
        self.stop();
        self.begin()
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.slot().as_ref().is_some_and(Process::is_running)
    }

    fn slot(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
