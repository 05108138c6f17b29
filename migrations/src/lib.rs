#![doc = include_str!("../README.md")]

use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls, error::SqlState};

mod folding;
mod lobby;

pub use lobby::LOBBY;

mod embedded {
    refinery::embed_migrations!("sql");
}

/// Whoever holds this table's lock migrates. Only the owner of the database may: a service that could take the lock could
/// keep every later release from being installed.
const LOCK: &str = "LOCK TABLE migrate_lock IN ACCESS EXCLUSIVE MODE";

/// How long `migrate` waits for another `migrate` before it gives up.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

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
/// # Errors
///
/// When `url` is none, and as [`run_on`].
pub async fn run(url: &str) -> Result<usize, Error> {
    run_on(&url.parse()?).await
}

/// Brings a database to the newest schema, and answers with the number of scripts that were applied.
///
/// Any number of processes may call this at once: a lock lets one work and the others find nothing to do.
///
/// # Errors
///
/// When the database is away, another `migrate` holds the lock for longer than a minute, or a script fails. A script
/// that fails leaves nothing behind: each runs in a transaction. What needs more than SQL, the folding of text, follows the
/// scripts and goes on with the next run where it was stopped.
pub async fn run_on(database: &Config) -> Result<usize, Error> {
    // The scripts run in transactions of their own, so the lock is held by another connection.
    let mut holder = connect(database).await?;
    let settings = format!(
        "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = 0",
        LOCK_TIMEOUT.as_millis()
    );
    holder.batch_execute(&settings).await?;
    make_lock(&holder).await?;
    let lock = holder.transaction().await?;
    lock.batch_execute(LOCK).await?;

    let mut client = connect(database).await?;
    let report = embedded::migrations::runner()
        .run_async(&mut client)
        .await?;
    folding::run(&client).await?;
    lock.commit().await?;
    Ok(report.applied_migrations().len())
}

/// Creates the public chat [`LOBBY`] with this name, and answers whether it did. It does so only where no chat has ever been
/// created: an installation whose lobby was renamed stays as it is, and one whose lobby was removed goes without.
///
/// Nobody takes part in it at first. Whoever joins it first owns it.
///
/// # Errors
///
/// When the database is away, is not migrated, or does not accept the name.
pub async fn create_lobby_on(database: &Config, name: &str) -> Result<bool, Error> {
    let mut client = connect(database).await?;
    let transaction = client.transaction().await?;
    let is_new = lobby::create(&transaction, name).await?;
    transaction.commit().await?;
    if is_new {
        folding::run(&client).await?;
    }
    Ok(is_new)
}

async fn make_lock(client: &Client) -> Result<(), Error> {
    let made = client
        .batch_execute("CREATE TABLE IF NOT EXISTS migrate_lock ()")
        .await;
    match made {
        // Another process was making it at the same moment.
        Err(error)
            if matches!(
                error.code(),
                Some(&SqlState::UNIQUE_VIOLATION | &SqlState::DUPLICATE_TABLE)
            ) =>
        {
            Ok(())
        }
        made => Ok(made?),
    }
}

/// The services' database roles, by service name.
pub const ROLES: [(&str, &str); 4] = [
    ("users", "antiphon_users"),
    ("sender", "antiphon_sender"),
    ("receiver", "antiphon_receiver"),
    ("worker", "antiphon_worker"),
];

/// Lets `role` sign in with `password`, at the database at `url`.
///
/// # Errors
///
/// When `url` is none, and as [`set_password_on`].
pub async fn set_password(url: &str, role: &str, password: &str) -> Result<(), Error> {
    set_password_on(&url.parse()?, role, password).await
}

/// Lets `role` sign in with `password`, which may be any text. Not needed where the server trusts the connection.
///
/// # Errors
///
/// When the database is away or the caller may not change roles.
pub async fn set_password_on(database: &Config, role: &str, password: &str) -> Result<(), Error> {
    let client = connect(database).await?;
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

async fn connect(database: &Config) -> Result<Client, Error> {
    let (client, connection) = database.connect(NoTls).await?;
    // The task ends with the client; an error of the connection reaches the caller through the client.
    tokio::spawn(connection);
    Ok(client)
}
