//! The table `feeds`, as far as the feeds of users go. `feed_log` appends to them.

use chassis::Error;
use deadpool_postgres::GenericClient;
use shared_schema::UserId;

const INSERT: &str = "INSERT INTO feeds (id) VALUES ($1)";

/// The empty feed of a new user.
pub(crate) async fn insert(db: &impl GenericClient, user: UserId) -> Result<(), Error> {
    let statement = db.prepare_cached(INSERT).await?;
    db.execute(&statement, &[&user.0]).await?;
    Ok(())
}
