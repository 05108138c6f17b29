//! A private PostgreSQL.

mod passwords;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::server_process::ServerProcess;
use crate::directory::Directory;
use crate::process::{Process, ProcessSpec, StopSteps};
use crate::secret::Secret;
use crate::unix_account::UnixAccount;
use crate::{Error, installed_programs, ports};

/// The role that owns the cluster and all databases in it.
pub(crate) const OWNER: &str = "antiphon";

const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// Names of databases that are no longer used.
pub(super) type DiscardedDatabases = Arc<Mutex<Vec<String>>>;

/// Whether data must survive a crash of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit reaches the disk before it is acknowledged.
    Kept,
    /// Nothing is synced: the data is deleted after the test.
    ThrownAway,
}

/// A private PostgreSQL server. Every role has its own password.
#[derive(Debug)]
pub struct Postgres {
    name: String,
    port: u16,
    durability: Durability,
    account: UnixAccount,
    data: PathBuf,
    secret: Secret,
    process: ServerProcess,
    pub(super) template: tokio::sync::OnceCell<()>,
    pub(super) databases: AtomicU64,
    pub(super) discarded: DiscardedDatabases,
    // Last: it is removed after the process has stopped.
    directory: Arc<Directory>,
}

impl Postgres {
    /// Starts a temporary server on a free port, which a test may stop, kill and freeze.
    ///
    /// # Panics
    /// If PostgreSQL is missing or does not start.
    pub fn start() -> Postgres {
        let directory = Directory::temporary().map(Arc::new);
        directory
            .and_then(|directory| {
                Postgres::launch(directory, ports::free(), Durability::ThrownAway)
            })
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts a server on `port` with its data in `directory/postgres`, which is created if it is missing.
    pub fn launch(
        directory: Arc<Directory>,
        port: u16,
        durability: Durability,
    ) -> Result<Postgres, Error> {
        let postgres = Postgres::unstarted("postgres", directory, port, durability)?;
        match postgres.data.join("PG_VERSION").exists() {
            true => postgres.require_passwords()?,
            false => postgres.create_cluster()?,
        }
        postgres.start_process()?;
        Ok(postgres)
    }

    /// Starts a hot standby on `port` of the server that the port `primary` leads to. Its data and log are called `name` in
    /// `directory`.
    pub fn standby(
        name: &str,
        directory: Arc<Directory>,
        port: u16,
        durability: Durability,
        primary: u16,
    ) -> Result<Postgres, Error> {
        let postgres = Postgres::unstarted(name, directory, port, durability)?;
        postgres.follow(primary)?;
        Ok(postgres)
    }

    /// Starts a hot standby of this server on a free port, with its data called `name` in the same directory.
    pub(super) fn start_standby(&self, name: &str) -> Result<Postgres, Error> {
        let directory = Arc::clone(&self.directory);
        Postgres::standby(name, directory, ports::free(), self.durability, self.port)
    }

    fn unstarted(
        name: &str,
        directory: Arc<Directory>,
        port: u16,
        durability: Durability,
    ) -> Result<Postgres, Error> {
        Ok(Postgres {
            name: name.to_owned(),
            port,
            durability,
            account: UnixAccount::for_postgres()?,
            data: directory.path().join(name),
            secret: Secret::of(&directory)?,
            process: ServerProcess::default(),
            template: tokio::sync::OnceCell::new(),
            databases: AtomicU64::new(0),
            discarded: DiscardedDatabases::default(),
            directory,
        })
    }

    /// Discards its own data, copies that of the server on port `primary`, and becomes its standby, as an operator does with a
    /// primary that was replaced.
    pub fn follow(&self, primary: u16) -> Result<(), Error> {
        self.kill();
        if self.data.exists() {
            fs::remove_dir_all(&self.data)
                .map_err(|cause| Error::io(format!("remove {}", self.data.display()), cause))?;
        }
        fs::create_dir_all(&self.data)
            .map_err(|cause| Error::io(format!("create {}", self.data.display()), cause))?;
        self.account.give_ownership(&self.data)?;
        fs::set_permissions(&self.data, fs::Permissions::from_mode(0o700))
            .map_err(|cause| Error::io(format!("restrict {}", self.data.display()), cause))?;
        let program = installed_programs::postgres("pg_basebackup")?;
        let mut command = self.account.command(&program);
        command
            .arg("--pgdata")
            .arg(&self.data)
            .args(["--host=127.0.0.1", &format!("--port={primary}")])
            .args([&format!("--username={OWNER}"), "--write-recovery-conf"])
            .args(["--checkpoint=fast", "--wal-method=stream", "--no-sync"])
            // pg_basebackup also stores the password for the standby.
            .env("PGPASSWORD", self.secret.password(OWNER));
        let output = command
            .current_dir(self.directory.path())
            .output()
            .map_err(|cause| Error::io("run pg_basebackup", cause))?;
        if !output.status.success() {
            return Err(Error::Failed {
                program: "pg_basebackup".to_owned(),
                output: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
        self.start_process()
    }

    fn create_cluster(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.data)
            .map_err(|cause| Error::io(format!("create {}", self.data.display()), cause))?;
        self.account.give_ownership(&self.data)?;
        let initdb = installed_programs::postgres("initdb")?;
        let mut command = self.account.command(&initdb);
        let password = self.password_file()?;
        command.arg("--pgdata").arg(&self.data).args([
            "--username",
            OWNER,
            self.authentication(),
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        command.arg("--pwfile").arg(password.path());
        if self.durability == Durability::ThrownAway {
            command.arg("--no-sync");
        }
        let output = command
            .current_dir(self.directory.path())
            .output()
            .map_err(|cause| Error::io("run initdb", cause))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            program: "initdb".to_owned(),
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn start_process(&self) -> Result<(), Error> {
        let mut command = self.account.command_prefix();
        command.push(installed_programs::postgres("postgres")?.into());
        command.push("-D".into());
        command.push(self.data.clone().into());
        for setting in self.settings() {
            command.push("-c".into());
            command.push(OsString::from(setting));
        }
        let spec = ProcessSpec {
            name: self.name.clone(),
            command,
            environment: Vec::new(),
            stop: match self.durability {
                Durability::Kept => StopSteps::POSTGRES,
                Durability::ThrownAway => StopSteps::POSTGRES_TEMPORARY,
            },
        };
        self.process
            .start(&spec, &self.directory, READY_TIMEOUT, |process| {
                self.is_ready(process)
            })
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec![
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            "max_connections=400".to_owned(),
            "shared_buffers=128MB".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
        ];
        if self.durability == Durability::ThrownAway {
            // A killed server still has what it acknowledged, as the tests need. Only a crash of the machine would lose it.
            settings.extend(
                [
                    "fsync=off",
                    "full_page_writes=off",
                    "password_encryption=md5",
                ]
                .map(str::to_owned),
            );
        }
        settings
    }

    /// Postgres itself writes `ready`, or `standby`, on the eighth line of its lock file.
    fn is_ready(&self, process: &Process) -> bool {
        let lock_file = self.data.join("postmaster.pid");
        let text = fs::read_to_string(&lock_file).unwrap_or_default();
        let mut lines = text.lines();
        let is_ours = lines.next() == Some(&process.pid().to_string());
        let state = lines.nth(6).map(str::trim);
        is_ours && matches!(state, Some("ready" | "standby"))
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id, while the server is running.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// The URL of `database` for `role`, with the role's password.
    pub fn url(&self, role: &str, database: &str) -> String {
        url(&self.secret, self.port, role, database)
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The password of a role.
    pub fn password_of(&self, role: &str) -> String {
        self.secret.password(role)
    }

    /// The URL of `database` for the owner.
    pub fn owner_url(&self, database: &str) -> String {
        self.url(OWNER, database)
    }

    /// Stops it: clients lose their connections. The data is kept for [`Postgres::restart`].
    pub fn stop(&self) {
        if let Some(process) = self.process.take() {
            process.stop();
        }
    }

    /// `kill -9` of the server; its backends notice and end too.
    pub fn kill(&self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// A fast shutdown: clients lose their connections, and no recovery is needed afterwards.
    pub fn stop_fast(&self) {
        if let Some(process) = self.process.take() {
            process.interrupt();
            process.wait_for_exit(READY_TIMEOUT);
        }
    }

    /// SIGSTOP to the server and all its backends.
    pub fn freeze_all(&self) {
        self.process.with(Process::freeze_family);
    }

    /// SIGCONT, after [`Postgres::freeze_all`].
    pub fn thaw_all(&self) {
        self.process.with(Process::thaw_family);
    }

    /// SIGSTOP to the server alone: new connections hang, existing ones continue.
    pub fn freeze(&self) {
        self.process.with(Process::freeze);
    }

    /// SIGCONT, after [`Postgres::freeze`].
    pub fn thaw(&self) {
        self.process.with(Process::thaw);
    }

    /// Starts it again on the same port with the same data, after a stop or a kill.
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

pub(super) fn url(secret: &Secret, port: u16, role: &str, database: &str) -> String {
    let password = secret.password(role);
    format!("postgres://{role}:{password}@127.0.0.1:{port}/{database}")
}
