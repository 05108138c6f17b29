//! `public_profiles`: what may be known of a person.

use std::{collections::HashMap, time::Duration};

use chassis::{Error, postgres::Pool};
use shared_schema::{Instant, User, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::rows;

/// The profiles of these users, in any order. Users without an account are absent.
pub(crate) async fn by_id(pool: &Pool, users: &[UserId]) -> Result<Vec<User>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows = rows(
        pool,
        "SELECT id, username, display_name, about, created_at FROM public_profiles WHERE id = ANY ($1)",
        &[&ids],
    )
    .await?;
    rows.iter()
        .map(|row| {
            Ok(User {
                id: UserId(row.try_get("id")?),
                username: row.try_get("username")?,
                display_name: row.try_get("display_name")?,
                about: row.try_get("about")?,
                created_at: Instant(row.try_get("created_at")?),
            })
        })
        .collect()
}

/// Whether these users tell others what they have read. Users without an account are absent.
pub(crate) async fn read_receipts(
    pool: &Pool,
    users: &[UserId],
) -> Result<HashMap<UserId, bool>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows = rows(
        pool,
        "SELECT id AS user_id, read_receipts FROM public_profiles WHERE id = ANY ($1)",
        &[&ids],
    )
    .await?;
    choices(&rows)
}

/// The users who changed that in the last `within`, by the database's clock, and what they chose.
pub(crate) async fn read_receipts_changed_within(
    pool: &Pool,
    within: Duration,
) -> Result<HashMap<UserId, bool>, Error> {
    let rows = rows(
        pool,
        "SELECT user_id, read_receipts FROM read_receipt_changes
         WHERE changed_at > clock_timestamp() - make_interval(secs => $1)",
        &[&within.as_secs_f64()],
    )
    .await?;
    choices(&rows)
}

fn choices(rows: &[Row]) -> Result<HashMap<UserId, bool>, Error> {
    rows.iter()
        .map(|row| {
            let user = UserId(row.try_get("user_id")?);
            Ok((user, row.try_get("read_receipts")?))
        })
        .collect()
}
