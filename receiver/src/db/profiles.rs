//! `public_profiles`: what may be known of a person.

use chassis::{Error, postgres::Pool};
use shared_schema::{Instant, User, UserId};
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
