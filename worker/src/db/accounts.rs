//! The table `users`, of which this service sees ids and times only.

use chassis::Error;
use deadpool_postgres::GenericClient;
use uuid::Uuid;

const IS_CLOSED: &str =
    "SELECT EXISTS (SELECT FROM users WHERE id = $1 AND deactivated_at IS NOT NULL)";

pub(crate) async fn is_closed(db: &impl GenericClient, user: Uuid) -> Result<bool, Error> {
    let statement = db.prepare_cached(IS_CLOSED).await?;
    Ok(db.query_one(&statement, &[&user]).await?.try_get(0)?)
}

const ERASE: &str = "SELECT erase_account($1)";

/// Erases what the row of a closed account says of its owner, apart from the username.
pub(crate) async fn erase(db: &impl GenericClient, user: Uuid) -> Result<(), Error> {
    let statement = db.prepare_cached(ERASE).await?;
    db.query_one(&statement, &[&user]).await?;
    Ok(())
}
