//! Accounts and sessions as `users` leaves them, for tests of services that only read them.

use tokio_postgres::{Client, Error};
use uuid::Uuid;

/// Inserts an account that cannot sign in, with its feed.
///
/// # Errors
/// When Postgres refuses it, such as for a username that is taken.
pub async fn insert_account(
    owner: &Client,
    id: Uuid,
    username: &str,
    display_name: &str,
) -> Result<(), Error> {
    let account = "INSERT INTO users (id, username, email, password_hash, display_name)
                   VALUES ($1, $2, $2 || '@example.com', '', $3)";
    owner
        .execute(account, &[&id, &username, &display_name])
        .await?;
    owner
        .execute("INSERT INTO feeds (id) VALUES ($1)", &[&id])
        .await?;
    Ok(())
}

/// Inserts a session of this account that ends in a day.
///
/// # Errors
/// When Postgres refuses it.
pub async fn insert_session(owner: &Client, id: Uuid, user: Uuid) -> Result<(), Error> {
    let session =
        "INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 day')";
    owner.execute(session, &[&id, &user]).await?;
    Ok(())
}

/// Closes an account, without the event that tells of it.
///
/// # Errors
/// When Postgres refuses it.
pub async fn deactivate_account(owner: &Client, id: Uuid) -> Result<(), Error> {
    let deactivate = "UPDATE users SET deactivated_at = now() WHERE id = $1";
    owner.execute(deactivate, &[&id]).await?;
    Ok(())
}
