//! `public_profiles`: what may be known of a person.

use chassis::{Error, postgres::Pool};
use shared_schema::{Instant, User, UserId};
use uuid::Uuid;

use super::rows;

/// These people, in no order; those who are gone are absent.
pub(crate) async fn by_id(pool: &Pool, users: &[UserId]) -> Result<Vec<User>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows = rows(
        pool,
        "SELECT id, username, display_name, about, created_at FROM public_profiles WHERE id = ANY ($1)",
        &[&ids],
    )
    .await?;
    Ok(rows
        .iter()
        .map(|row| User {
            id: UserId(row.get("id")),
            username: row.get("username"),
            display_name: row.get("display_name"),
            about: row.get("about"),
            created_at: Instant(row.get("created_at")),
        })
        .collect())
}
