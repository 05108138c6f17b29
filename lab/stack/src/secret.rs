//! Passwords of the private servers. Every user of this machine can connect to loopback ports, but only those who may read
//! the directory know the passwords.

use std::fmt::Write;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::directory::Directory;

const SECRET_FILE: &str = "secret";

/// The secret from which all passwords of the servers in a directory are derived.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    /// The secret of this directory, created if there is none. Servers in the same directory share it.
    pub(crate) fn of(directory: &Directory) -> Result<Secret, Error> {
        let path = directory.path().join(SECRET_FILE);
        let failed = |cause| Error::io(format!("keep a secret in {}", path.display()), cause);
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match made {
            Ok(mut file) => {
                let secret = random().map_err(failed)?;
                file.write_all(secret.as_bytes()).map_err(failed)?;
                Ok(Secret(secret))
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                std::fs::read_to_string(&path).map(Secret).map_err(failed)
            }
            Err(cause) => Err(failed(cause)),
        }
    }

    /// The password of an account. Other passwords cannot be derived from it.
    pub(crate) fn password(&self, account: &str) -> String {
        password(&self.0, account)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The password that belongs to `account` under this secret.
pub(crate) fn password(secret: &str, account: &str) -> String {
    sha256(&format!("{secret} {account}"))
}

/// SHA-256 in hexadecimal digits, which need no escaping in a URL, in SQL or in a configuration file.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn random() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
