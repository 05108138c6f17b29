#![doc = include_str!("../README.md")]

use std::time::Duration;

use tokio_postgres::{Client, NoTls};

mod embedded {
    refinery::embed_migrations!("sql");
}

/// Any number that nobody else locks in the same database.
const LOCK: i64 = 0x616e_7469_7068_6f6e;

/// How long `migrate` waits for another `migrate` before it gives up.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// What can go wrong while migrating.
#[derive(Debug)]
pub enum Error {
    /// The database could not be reached, or refused a statement.
    Database(tokio_postgres::Error),
    /// A script failed, or the database holds scripts that this build does not know.
    Script(refinery::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(cause) => {
                write!(f, "database: {cause}")?;
                match std::error::Error::source(cause) {
                    Some(source) => write!(f, ": {source}"),
                    None => Ok(()),
                }
            }
            Self::Script(cause) => write!(f, "migration: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<tokio_postgres::Error> for Error {
    fn from(cause: tokio_postgres::Error) -> Self {
        Self::Database(cause)
    }
}

impl From<refinery::Error> for Error {
    fn from(cause: refinery::Error) -> Self {
        Self::Script(cause)
    }
}

/// Brings the database at `url` to the newest schema, and answers with the number of scripts that were applied.
///
/// Any number of processes may call this at once: an advisory lock lets one work and the others find nothing to do.
///
/// # Errors
///
/// When the database is away, another `migrate` holds the lock for longer than a minute, or a script fails. A script
/// that fails leaves nothing behind: each runs in a transaction.
pub async fn run(url: &str) -> Result<usize, Error> {
    let mut client = connect(url).await?;
    client
        .batch_execute(&format!("SET lock_timeout = {}", LOCK_WAIT.as_millis()))
        .await?;
    client
        .execute("SELECT pg_advisory_lock($1)", &[&LOCK])
        .await?;
    // The lock goes with the connection, whatever happens in between.
    let report = embedded::migrations::runner()
        .run_async(&mut client)
        .await?;
    Ok(report.applied_migrations().len())
}

/// The services' database roles, by service name.
pub const ROLES: [(&str, &str); 3] = [
    ("users", "antiphon_users"),
    ("sender", "antiphon_sender"),
    ("receiver", "antiphon_receiver"),
];

/// Lets `role` sign in with `password`. Not needed where the server trusts the connection.
///
/// # Errors
///
/// When the database is away or the caller may not change roles.
pub async fn set_password(url: &str, role: &str, password: &str) -> Result<(), Error> {
    let client = connect(url).await?;
    // ALTER ROLE takes no parameters, so the server quotes the text for us.
    let statement: String = client
        .query_one(
            "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)",
            &[&role, &password],
        )
        .await?
        .get(0);
    Ok(client.batch_execute(&statement).await?)
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // The task ends with the client; an error of the connection reaches the caller through the client.
    tokio::spawn(connection);
    Ok(client)
}
