//! The table `reserved_usernames`: names that were given up.

use chassis::Error;
use deadpool_postgres::GenericClient;

const DELETE_EXPIRED: &str = "
    DELETE FROM reserved_usernames
    WHERE username IN (SELECT username FROM reserved_usernames WHERE until <= clock_timestamp() LIMIT $1)
      AND until <= clock_timestamp()";

/// Deletes reservations that have expired, at most `limit`, and says how many.
pub(crate) async fn delete_expired(db: &impl GenericClient, limit: i64) -> Result<u64, Error> {
    let statement = db.prepare_cached(DELETE_EXPIRED).await?;
    Ok(db.execute(&statement, &[&limit]).await?)
}
