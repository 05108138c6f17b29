//! The Unix account of the servers. Postgres refuses to run as root.

use std::ffi::OsString;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// The account that Postgres runs as: our own, or an unprivileged one if we are root.
#[derive(Clone, Debug)]
pub struct UnixAccount {
    unprivileged: Option<PasswdEntry>,
}

#[derive(Clone, Debug)]
struct PasswdEntry {
    uid: u32,
    gid: u32,
}

impl UnixAccount {
    /// For root `postgres`, or else `nobody`; otherwise our own account.
    pub fn for_postgres() -> Result<UnixAccount, Error> {
        if !rustix::process::getuid().is_root() {
            return Ok(UnixAccount { unprivileged: None });
        }
        let accounts = std::fs::read_to_string("/etc/passwd")
            .map_err(|cause| Error::io("read /etc/passwd", cause))?;
        let entry = ["postgres", "nobody"]
            .iter()
            .find_map(|name| find_entry(&accounts, name));
        match entry {
            Some(entry) => Ok(UnixAccount {
                unprivileged: Some(entry),
            }),
            None => Err(Error::NoAccount),
        }
    }

    /// The words that make a command run as this account, to be put before it.
    pub fn command_prefix(&self) -> Vec<OsString> {
        let Some(entry) = &self.unprivileged else {
            return Vec::new();
        };
        let words = [
            "setpriv".to_owned(),
            format!("--reuid={}", entry.uid),
            format!("--regid={}", entry.gid),
            "--clear-groups".to_owned(),
            "--".to_owned(),
        ];
        words.into_iter().map(OsString::from).collect()
    }

    /// A command that runs `program` as this account.
    pub fn command(&self, program: &Path) -> Command {
        let mut words = self
            .command_prefix()
            .into_iter()
            .chain([program.as_os_str().to_owned()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command
    }

    /// Whether this account can enter `directory`.
    pub fn can_enter(&self, directory: &Path) -> bool {
        let mut test = self.command(Path::new("test"));
        test.arg("-x")
            .arg(directory)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        test.status().is_ok_and(|status| status.success())
    }

    /// Makes it the owner of a directory or file.
    pub fn give_ownership(&self, directory: &Path) -> Result<(), Error> {
        let Some(entry) = &self.unprivileged else {
            return Ok(());
        };
        chown(directory, Some(entry.uid), Some(entry.gid)).map_err(|cause| {
            Error::io(
                format!("change the owner of {}", directory.display()),
                cause,
            )
        })
    }
}

/// One line of /etc/passwd: `name:x:uid:gid:...`.
fn find_entry(accounts: &str, name: &str) -> Option<PasswdEntry> {
    let line = accounts
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(PasswdEntry { uid, gid })
}
