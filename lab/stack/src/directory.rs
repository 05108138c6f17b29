//! Directories for the data and logs of servers.

use std::fs::{self, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Error;
use crate::unix_account::UnixAccount;

const SWEEP_SCRIPT: &str = include_str!("process/sweep.sh");

/// A directory that every server account can enter. A temporary one is removed when this process ends, however it ends; a
/// lasting one stays.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    sweeper: Option<Child>,
}

impl Directory {
    /// Creates a temporary directory. It is removed after this value is dropped or this process has ended, when the servers
    /// in it have stopped.
    pub fn temporary() -> Result<Directory, Error> {
        let parent = temporary_parent();
        let path = tempfile::Builder::new()
            .prefix("antiphon-")
            .tempdir_in(&parent)
            .map_err(|cause| {
                Error::io(format!("create a directory in {}", parent.display()), cause)
            })?
            .keep();
        open_to_all(&path)?;
        let sweeper = Command::new("sh")
            .args(["-c", SWEEP_SCRIPT, "lab-sweep"])
            .arg(&path)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|cause| Error::io("start sh", cause))?;
        Ok(Directory {
            path,
            sweeper: Some(sweeper),
        })
    }

    /// A directory that stays, created if it is missing.
    pub fn lasting(path: &Path) -> Result<Directory, Error> {
        fs::create_dir_all(path)
            .map_err(|cause| Error::io(format!("create {}", path.display()), cause))?;
        let metadata = fs::metadata(path)
            .map_err(|cause| Error::io(format!("read the owner of {}", path.display()), cause))?;
        // Under /var/tmp, another user may have created it first.
        if metadata.uid() != rustix::process::getuid().as_raw() {
            return Err(Error::NotOurs {
                path: path.to_owned(),
            });
        }
        open_to_all(path)?;
        Ok(Directory {
            path: path.to_owned(),
            sweeper: None,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is temporary.
    pub fn is_temporary(&self) -> bool {
        self.sweeper.is_some()
    }

    /// The file whose lock keeps a temporary directory from being removed.
    pub(crate) fn lock(&self) -> Option<std::ffi::OsString> {
        self.sweeper
            .as_ref()
            .map(|_| self.path.join(".lock").into())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if let Some(mut sweeper) = self.sweeper.take() {
            drop(sweeper.stdin.take());
            // The sweeper waits at most a minute for the guards. If we cannot wait for it, it works without us.
            let _ = sweeper.wait();
        }
    }
}

/// `$TMPDIR` or `/tmp`; `/var/tmp` if the account of Postgres cannot enter the former.
fn temporary_parent() -> PathBuf {
    let usual = std::env::temp_dir();
    match UnixAccount::for_postgres() {
        Ok(account) if !account.can_enter(&usual) => PathBuf::from("/var/tmp"),
        _ => usual,
    }
}

fn open_to_all(path: &Path) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(0o755))
        .map_err(|cause| Error::io(format!("open {} to server accounts", path.display()), cause))
}

/// The data directory of the checkout in the current directory: `requested`, else `.local`, else, if the account of Postgres
/// cannot enter that, a directory under /var/tmp. The text says so.
pub fn for_checkout(requested: Option<&Path>) -> Result<(PathBuf, &'static str), Error> {
    let absolute = |path: &Path| {
        std::path::absolute(path)
            .map_err(|cause| Error::io(format!("find {}", path.display()), cause))
    };
    if let Some(requested) = requested {
        return Ok((absolute(requested)?, ""));
    }
    let checkout = absolute(Path::new("."))?;
    if UnixAccount::for_postgres()?.can_enter(&checkout) {
        return Ok((checkout.join(".local"), ""));
    }
    // The same checkout always has the same directory, and another checkout another one.
    let mut hasher = DefaultHasher::new();
    checkout.hash(&mut hasher);
    let path = PathBuf::from(format!("/var/tmp/antiphon-{:016x}", hasher.finish()));
    Ok((
        path,
        " (Postgres does not run as root, and its account cannot enter this checkout)",
    ))
}
