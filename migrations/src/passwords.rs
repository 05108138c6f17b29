//! Reads passwords from variables or from the files that they name. Passwords are plain text and never part of a URL.

use std::path::{Path, PathBuf};

use clap::Args;
use migrations::ROLES;
use tokio_postgres::Config;

/// The connection to the database as its owner.
#[derive(Args)]
pub(crate) struct OwnerArgs {
    /// Postgres URL of the database, as its owner: `postgres://owner@host:port/name`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Password of the owner, as plain text. It takes precedence over a password in the URL.
    #[arg(long, env = "DATABASE_PASSWORD", hide_env_values = true)]
    database_password: Option<String>,
    /// File that contains the owner's password; used if `DATABASE_PASSWORD` is not set.
    #[arg(long, env = "DATABASE_PASSWORD_FILE")]
    database_password_file: Option<PathBuf>,
}

impl OwnerArgs {
    pub(crate) fn database(&self) -> Result<Config, String> {
        // The parser's message may quote the URL, which may hold a password.
        let mut database: Config = self
            .database_url
            .parse()
            .map_err(|_| "DATABASE_URL: not a Postgres URL".to_owned())?;
        let password = either(
            "DATABASE_PASSWORD",
            self.database_password.as_deref(),
            self.database_password_file.as_deref(),
        )?;
        if let Some(password) = password {
            database.password(password);
        }
        Ok(database)
    }
}

/// The passwords of the services' roles. A role without a password here keeps the one it has.
#[derive(Args)]
pub(crate) struct RoleArgs {
    /// Password of the role `antiphon_users`.
    #[arg(long, env = "USERS_DB_PASSWORD", hide_env_values = true)]
    users_db_password: Option<String>,
    /// File that contains it; used if `USERS_DB_PASSWORD` is not set.
    #[arg(long, env = "USERS_DB_PASSWORD_FILE")]
    users_db_password_file: Option<PathBuf>,
    /// Password of the role `antiphon_sender`.
    #[arg(long, env = "SENDER_DB_PASSWORD", hide_env_values = true)]
    sender_db_password: Option<String>,
    /// File that contains it; used if `SENDER_DB_PASSWORD` is not set.
    #[arg(long, env = "SENDER_DB_PASSWORD_FILE")]
    sender_db_password_file: Option<PathBuf>,
    /// Password of the role `antiphon_receiver`.
    #[arg(long, env = "RECEIVER_DB_PASSWORD", hide_env_values = true)]
    receiver_db_password: Option<String>,
    /// File that contains it; used if `RECEIVER_DB_PASSWORD` is not set.
    #[arg(long, env = "RECEIVER_DB_PASSWORD_FILE")]
    receiver_db_password_file: Option<PathBuf>,
    /// Password of the role `antiphon_worker`.
    #[arg(long, env = "WORKER_DB_PASSWORD", hide_env_values = true)]
    worker_db_password: Option<String>,
    /// File that contains it; used if `WORKER_DB_PASSWORD` is not set.
    #[arg(long, env = "WORKER_DB_PASSWORD_FILE")]
    worker_db_password_file: Option<PathBuf>,
    /// Folder that contains the passwords in files named `users`, `sender`, `receiver` and `worker`. Used for roles
    /// whose password is not set by the variables above. It is an error if the folder contains none of the four files.
    #[arg(long, env = "ROLE_PASSWORDS")]
    role_passwords: Option<PathBuf>,
}

impl RoleArgs {
    /// Roles and their passwords.
    pub(crate) fn passwords(&self) -> Result<Vec<(&'static str, String)>, String> {
        let mut passwords = Vec::new();
        let mut in_folder = 0;
        for (service, role) in ROLES {
            let (variable, value, file) = self.of(service);
            let mut password = either(variable, value, file)?;
            if let Some(folder) = &self.role_passwords {
                let path = folder.join(service);
                if path.exists() {
                    in_folder += 1;
                    password = match password {
                        Some(password) => Some(password),
                        None => Some(read("ROLE_PASSWORDS", &path)?),
                    };
                }
            }
            passwords.extend(password.map(|password| (role, password)));
        }
        match &self.role_passwords {
            Some(folder) if in_folder == 0 => Err(format!(
                "ROLE_PASSWORDS: {}: holds none of the files users, sender, receiver and worker",
                folder.display()
            )),
            _ => Ok(passwords),
        }
    }

    fn of(&self, service: &str) -> (&'static str, Option<&str>, Option<&Path>) {
        let (variable, value, file) = match service {
            "users" => (
                "USERS_DB_PASSWORD",
                &self.users_db_password,
                &self.users_db_password_file,
            ),
            "sender" => (
                "SENDER_DB_PASSWORD",
                &self.sender_db_password,
                &self.sender_db_password_file,
            ),
            "receiver" => (
                "RECEIVER_DB_PASSWORD",
                &self.receiver_db_password,
                &self.receiver_db_password_file,
            ),
            _ => (
                "WORKER_DB_PASSWORD",
                &self.worker_db_password,
                &self.worker_db_password_file,
            ),
        };
        (variable, value.as_deref(), file.as_deref())
    }
}

/// The variable's value, or else the content of the file that `variable`_FILE names. Empty is what Compose makes of a
/// variable that is not set.
fn either(
    variable: &str,
    value: Option<&str>,
    file: Option<&Path>,
) -> Result<Option<String>, String> {
    match (value.filter(|value| !value.is_empty()), file) {
        (Some(value), _) => Ok(Some(value.to_owned())),
        (None, Some(path)) => read(&format!("{variable}_FILE"), path).map(Some),
        (None, None) => Ok(None),
    }
}

fn read(variable: &str, path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{variable}: {}: {error}", path.display()))?;
    // Blanks may be part of it; the line break that editors and `echo` leave is not.
    let password = text.trim_end_matches(['\n', '\r']);
    match password {
        "" => Err(format!("{variable}: {}: is empty", path.display())),
        password => Ok(password.to_owned()),
    }
}
