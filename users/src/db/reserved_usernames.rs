//! The table `reserved_usernames`: usernames that were given up, with the users who may take them back. An expired
//! reservation has no effect; workers delete it.

use chassis::Error;
use deadpool_postgres::GenericClient;
use shared_schema::{Reason, UserId};

use crate::accounts::username::Username;

const RESERVE: &str = "
    INSERT INTO reserved_usernames (username, user_id, until)
    VALUES ($1, $2, clock_timestamp() + interval '30 days')
    ON CONFLICT (username) DO UPDATE SET user_id = excluded.user_id, until = excluded.until";

/// Reserves a name for the user who had it until now.
pub(crate) async fn reserve(
    db: &impl GenericClient,
    username: &str,
    holder: UserId,
) -> Result<(), Error> {
    let statement = db.prepare_cached(RESERVE).await?;
    db.execute(&statement, &[&username, &holder.0]).await?;
    Ok(())
}

const RELEASE: &str = "DELETE FROM reserved_usernames WHERE username = $1 AND user_id = $2";
const IS_RESERVED: &str = "
    SELECT EXISTS (SELECT FROM reserved_usernames WHERE username = $1 AND until > clock_timestamp())";

/// Ends the reservation of a name that this user has just taken.
///
/// To be called after the name was written: a reservation that another transaction makes while we wait for the unique
/// index is then seen.
///
/// # Errors
/// `CONFLICT` when the name is reserved for another user.
pub(crate) async fn claim(
    db: &impl GenericClient,
    username: &Username,
    by: UserId,
) -> Result<(), Error> {
    let release = db.prepare_cached(RELEASE).await?;
    db.execute(&release, &[&username.as_str(), &by.0]).await?;
    let is_reserved = db.prepare_cached(IS_RESERVED).await?;
    let row = db.query_one(&is_reserved, &[&username.as_str()]).await?;
    if row.try_get(0)? {
        return Err(Error::conflict_on("username", Reason::Taken));
    }
    Ok(())
}
