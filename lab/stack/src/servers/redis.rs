//! A private Redis.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use super::server_process::ServerProcess;
use crate::directory::Directory;
use crate::process::{Process, ProcessSpec, StopSteps};
use crate::secret::{self, Secret};
use crate::{Error, installed_programs, ports};

/// The access control list, the same as in every other deployment.
const ACL: &str = include_str!("../../../../deploy/redis.acl");

/// The usernames of the services.
const SERVICES: [&str; 3] = ["users", "sender", "receiver"];

/// The username of the account with all permissions.
const ADMIN_USERNAME: &str = "admin";

const ACL_FILE: &str = "redis.acl";

const READY_TIMEOUT: Duration = Duration::from_secs(20);

/// A private Redis server that stores nothing on disk. Each service has its own password.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    password: String,
    process: ServerProcess,
    // Last: it is removed after the process has stopped.
    directory: Arc<Directory>,
}

impl Redis {
    /// Starts a server on a free port, which a test may stop, flush and freeze.
    ///
    /// # Panics
    /// If Redis is missing or does not start.
    pub fn start() -> Redis {
        let directory = Directory::temporary().map(Arc::new);
        directory
            .and_then(|directory| Redis::launch(directory, ports::free()))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts a server on `port` with its log in `directory`.
    pub fn launch(directory: Arc<Directory>, port: u16) -> Result<Redis, Error> {
        let redis = Redis::absent(directory, port)?;
        redis.start_process()?;
        Ok(redis)
    }

    /// A server that is not running: the port refuses connections until [`Redis::restart`].
    pub fn absent(directory: Arc<Directory>, port: u16) -> Result<Redis, Error> {
        Ok(Redis {
            port,
            password: Secret::of(&directory)?.password("redis"),
            process: ServerProcess::default(),
            directory,
        })
    }

    fn start_process(&self) -> Result<(), Error> {
        let port = self.port.to_string();
        self.write_acl()?;
        let mut command = vec![installed_programs::redis()?.into()];
        let arguments = [
            ["--port", &port],
            ["--aclfile", ACL_FILE],
            ["--bind", "127.0.0.1"],
            ["--save", ""],
            ["--appendonly", "no"],
        ];
        command.extend(arguments.concat().into_iter().map(Into::into));
        let spec = ProcessSpec {
            name: "redis".to_owned(),
            command,
            environment: Vec::new(),
            stop: StopSteps::QUICK,
        };
        self.process
            .start(&spec, &self.directory, READY_TIMEOUT, |_| {
                self.command("PING").is_ok_and(|answer| answer == "+PONG")
            })
    }

    /// Writes the access control list, which contains only hashes of the passwords.
    fn write_acl(&self) -> Result<(), Error> {
        let mut acl = SERVICES.iter().fold(ACL.to_owned(), |acl, service| {
            let variable = format!("${{{}_SHA256}}", service.to_uppercase());
            acl.replace(&variable, &secret::sha256(&self.password_of(service)))
        });
        acl.push_str(&format!(
            "user {ADMIN_USERNAME} reset on #{} ~* &* +@all\n",
            secret::sha256(&self.password)
        ));
        let path = self.directory.path().join(ACL_FILE);
        let failed = |cause| Error::io(format!("write {}", path.display()), cause);
        fs::write(&path, acl).map_err(failed)?;
        fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(failed)
    }

    /// Sends one command with all permissions, and returns the first line of the answer.
    pub fn command(&self, arguments: &str) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let password = &self.password;
        stream
            .write_all(format!("AUTH {ADMIN_USERNAME} {password}\r\n{arguments}\r\n").as_bytes())?;
        let mut lines = BufReader::new(stream).lines();
        let mut next = || lines.next().unwrap_or_else(|| Ok(String::new()));
        match next()?.as_str() {
            "+OK" => next(),
            refusal => Ok(refusal.to_owned()),
        }
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id, while the server is running.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Its URL for the account with all permissions.
    pub fn url(&self) -> String {
        format!(
            "redis://{ADMIN_USERNAME}:{}@127.0.0.1:{}",
            self.password, self.port
        )
    }

    /// Its URL without username and password.
    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its URL for a service, with the permissions of `deploy/redis.acl`.
    pub fn url_as(&self, service: &str) -> String {
        redis_url_as(&self.url(), service)
    }

    /// The password of a service.
    pub fn password_of(&self, service: &str) -> String {
        secret::password(&self.password, service)
    }

    /// Deletes everything and closes every Pub/Sub connection, as a failover to an empty server does.
    ///
    /// # Panics
    /// If Redis does not answer.
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

    /// Stops it: connections are closed, and new ones are refused.
    pub fn stop(&self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// SIGSTOP: connections stay open and nothing answers.
    pub fn freeze(&self) {
        self.process.with(Process::freeze);
    }

    /// SIGCONT, after [`Redis::freeze`].
    pub fn thaw(&self) {
        self.process.with(Process::thaw);
    }

    /// Starts an empty server on the same port.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&self) {
        self.try_restart().unwrap_or_else(|error| panic!("{error}"));
    }

    /// Like [`Self::restart`], but returns an error instead of panicking.
    pub fn try_restart(&self) -> Result<(), Error> {
        self.stop();
        self.start_process()
    }

    /// Whether it is running.
    pub fn is_running(&self) -> bool {
        self.process.is_running()
    }
}

/// The URL of a Redis for a service, made from that for the account with all permissions. A URL without a password, such as
/// that of a server that does not exist, is returned unchanged.
pub fn redis_url_as(url: &str, service: &str) -> String {
    let prefix = format!("redis://{ADMIN_USERNAME}:");
    let parts = url
        .strip_prefix(&prefix)
        .and_then(|rest| rest.split_once('@'));
    match parts {
        Some((password, address)) => {
            let password = secret::password(password, service);
            format!("redis://{service}:{password}@{address}")
        }
        None => url.to_owned(),
    }
}
