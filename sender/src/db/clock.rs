//! No table: the database's clock, from which all times come.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use shared_schema::Instant;

use chassis::Error;

/// The time so many seconds from now.
pub async fn in_seconds(db: &impl GenericClient, seconds: i32) -> Result<Instant, Error> {
    let statement = db
        .prepare_cached("SELECT clock_timestamp() + make_interval(secs => $1) AS at")
        .await?;
    let row = db.query_one(&statement, &[&f64::from(seconds)]).await?;
    let at: Timestamp = row.try_get("at")?;
    Ok(Instant(at))
}
