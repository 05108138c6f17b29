//! The table `users`: accounts, with what only their owner may see.

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use shared_schema::{Instant, Reason, User, UserId};
use tokio_postgres::{Row, error::SqlState};
use uuid::Uuid;

use crate::accounts::{
    account::Account,
    display_name::{About, DisplayName},
    email::Email,
    username::Username,
};

/// An account that is about to be.
pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) username: &'a Username,
    pub(crate) email: &'a Email,
    pub(crate) password_hash: &'a str,
    pub(crate) display_name: &'a str,
}

/// What sign-in needs to know about an account.
pub(crate) struct Credentials {
    pub(crate) id: UserId,
    pub(crate) password_hash: String,
    pub(crate) active: bool,
}

/// What the owner wants to be shown; `None` leaves it as it is.
pub(crate) struct ProfileChange {
    pub(crate) display_name: Option<DisplayName>,
    pub(crate) about: Option<About>,
    /// The version of the account that the change was made on.
    pub(crate) version: i32,
}

const INSERT: &str = "
    INSERT INTO users (id, username, email, email_folded, password_hash, display_name, name_folded, needs_folding)
    VALUES ($1, $2, $3, $4, $5, $6, $7, false)
    RETURNING id, username, display_name, about, created_at, email, version, read_receipts";

pub(crate) async fn insert(db: &impl GenericClient, user: &NewUser<'_>) -> Result<Account, Error> {
    let statement = db.prepare_cached(INSERT).await?;
    let inserted = db
        .query_one(
            &statement,
            &[
                &user.id.0,
                &user.username.as_str(),
                &user.email.as_str(),
                &user.email.folded(),
                &user.password_hash,
                &user.display_name,
                &text::folded(user.display_name),
            ],
        )
        .await;
    inserted.map_err(taken).and_then(|row| account(&row))
}

/// An address that was folded is found by every spelling. One that shares its folding with an older account, or was not
/// folded yet, is found as it was typed, before any other.
const CREDENTIALS_BY_EMAIL: &str = r#"
    SELECT id, password_hash, active
    FROM (
        SELECT id, password_hash, deactivated_at IS NULL AS active, 1 AS place
        FROM users WHERE email_folded = $1
        UNION ALL
        SELECT id, password_hash, deactivated_at IS NULL, 0
        FROM users WHERE email_folded IS NULL AND email COLLATE "C" = $2
    ) AS found
    ORDER BY place
    LIMIT 1"#;

const CREDENTIALS_BY_USERNAME: &str = "
    SELECT id, password_hash, deactivated_at IS NULL AS active
    FROM users
    WHERE username = $1";

/// The login as it was entered.
pub(crate) struct Login {
    /// The folded text, which is what is compared.
    pub(crate) folded: String,
    typed: String,
}

impl Login {
    pub(crate) fn of(text: &str) -> Self {
        Self {
            folded: text::folded(text),
            typed: text::composed(text.trim()),
        }
    }
}

/// By e-mail address or username, whichever `login` looks like: no username has an `@`.
pub(crate) async fn credentials(
    db: &impl GenericClient,
    login: &Login,
) -> Result<Option<Credentials>, Error> {
    let row = if login.folded.contains('@') {
        let statement = db.prepare_cached(CREDENTIALS_BY_EMAIL).await?;
        db.query_opt(&statement, &[&login.folded, &login.typed])
            .await?
    } else {
        let statement = db.prepare_cached(CREDENTIALS_BY_USERNAME).await?;
        db.query_opt(&statement, &[&login.folded]).await?
    };
    row.map(|row| {
        Ok(Credentials {
            id: UserId(row.try_get("id")?),
            password_hash: row.try_get("password_hash")?,
            active: row.try_get("active")?,
        })
    })
    .transpose()
}

const PASSWORD_HASH: &str =
    "SELECT password_hash FROM users WHERE id = $1 AND deactivated_at IS NULL";

pub(crate) async fn password_hash(
    db: &impl GenericClient,
    id: UserId,
) -> Result<Option<String>, Error> {
    let statement = db.prepare_cached(PASSWORD_HASH).await?;
    let row = db.query_opt(&statement, &[&id.0]).await?;
    Ok(row.map(|row| row.try_get("password_hash")).transpose()?)
}

const ACCOUNT: &str = "
    SELECT id, username, display_name, about, created_at, email, version, read_receipts
    FROM users
    WHERE id = $1 AND deactivated_at IS NULL";

pub(crate) async fn active(db: &impl GenericClient, id: UserId) -> Result<Option<Account>, Error> {
    let statement = db.prepare_cached(ACCOUNT).await?;
    let row = db.query_opt(&statement, &[&id.0]).await?;
    row.map(|row| account(&row)).transpose()
}

/// Not FOR UPDATE: that would also stop others from inserting rows that refer to the user.
const LOCK: &str = "
    SELECT id, username, display_name, about, created_at, email, version, read_receipts
    FROM users
    WHERE id = $1 AND deactivated_at IS NULL
    FOR NO KEY UPDATE";

/// The account, locked until the transaction ends.
pub(crate) async fn lock(db: &impl GenericClient, id: UserId) -> Result<Option<Account>, Error> {
    let statement = db.prepare_cached(LOCK).await?;
    let row = db.query_opt(&statement, &[&id.0]).await?;
    row.map(|row| account(&row)).transpose()
}

const SET_PASSWORD_HASH: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";

pub(crate) async fn set_password_hash(
    db: &impl GenericClient,
    id: UserId,
    hash: &str,
) -> Result<(), Error> {
    let statement = db.prepare_cached(SET_PASSWORD_HASH).await?;
    let changed = db.execute(&statement, &[&id.0, &hash]).await?;
    exactly_one(changed)
}

const SET_USERNAME: &str = "
    UPDATE users SET username = $2, version = version + 1
    WHERE id = $1
    RETURNING id, username, display_name, about, created_at, email, version, read_receipts";

pub(crate) async fn set_username(
    db: &impl GenericClient,
    id: UserId,
    username: &Username,
) -> Result<Account, Error> {
    let statement = db.prepare_cached(SET_USERNAME).await?;
    let changed = db.query_one(&statement, &[&id.0, &username.as_str()]).await;
    changed.map_err(taken).and_then(|row| account(&row))
}

const SET_PROFILE: &str = "
    UPDATE users
    SET display_name = coalesce($2, display_name), name_folded = coalesce($5, name_folded),
        about = coalesce($3, about), version = version + 1
    WHERE id = $1 AND version = $4
    RETURNING id, username, display_name, about, created_at, email, version, read_receipts";

/// Nothing when the account has another version by now.
pub(crate) async fn set_profile(
    db: &impl GenericClient,
    id: UserId,
    change: &ProfileChange,
) -> Result<Option<Account>, Error> {
    let statement = db.prepare_cached(SET_PROFILE).await?;
    let display_name = change.display_name.as_ref().map(DisplayName::as_str);
    let about = change.about.as_ref().map(About::as_str);
    let row = db
        .query_opt(
            &statement,
            &[
                &id.0,
                &display_name,
                &about,
                &change.version,
                &display_name.map(text::folded),
            ],
        )
        .await?;
    row.map(|row| account(&row)).transpose()
}

const SET_READ_RECEIPTS: &str = "
    UPDATE users SET read_receipts = $2, read_receipts_changed_at = clock_timestamp()
    WHERE id = $1
    RETURNING id, username, display_name, about, created_at, email, version, read_receipts";

pub(crate) async fn set_read_receipts(
    db: &impl GenericClient,
    id: UserId,
    enabled: bool,
) -> Result<Account, Error> {
    let statement = db.prepare_cached(SET_READ_RECEIPTS).await?;
    let row = db.query_one(&statement, &[&id.0, &enabled]).await?;
    account(&row)
}

const DEACTIVATE: &str = "UPDATE users SET deactivated_at = clock_timestamp() WHERE id = $1";

pub(crate) async fn deactivate(db: &impl GenericClient, id: UserId) -> Result<(), Error> {
    let statement = db.prepare_cached(DEACTIVATE).await?;
    let changed = db.execute(&statement, &[&id.0]).await?;
    exactly_one(changed)
}

fn account(row: &Row) -> Result<Account, Error> {
    Ok(Account {
        user: User {
            id: UserId(row.try_get::<_, Uuid>("id")?),
            username: row.try_get("username")?,
            display_name: row.try_get("display_name")?,
            about: row.try_get("about")?,
            created_at: Instant(row.try_get::<_, Timestamp>("created_at")?),
        },
        email: row.try_get("email")?,
        version: row.try_get("version")?,
        read_receipts: row.try_get("read_receipts")?,
    })
}

/// Unique indexes decide between concurrent requests.
fn taken(error: tokio_postgres::Error) -> Error {
    let constraint = error
        .as_db_error()
        .filter(|cause| *cause.code() == SqlState::UNIQUE_VIOLATION)
        .and_then(|cause| cause.constraint());
    match constraint {
        Some("users_username") => Error::conflict_on("username", Reason::Taken),
        Some("users_email" | "users_email_folded") => Error::conflict_on("email", Reason::Taken),
        _ => error.into(),
    }
}

fn exactly_one(changed: u64) -> Result<(), Error> {
    match changed {
        1 => Ok(()),
        other => Err(Error::internal(format!(
            "{other} rows were changed instead of one"
        ))),
    }
}
