//! The view `public_profiles`: the part of an account that every signed-in user may see.

use chassis::Error;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use shared_schema::{Instant, User, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

const BY_ID: &str = "
    SELECT id, username, display_name, about, created_at
    FROM public_profiles
    WHERE id = ANY ($1)";

/// The users with these ids that exist, in any order.
pub(crate) async fn by_id(db: &impl GenericClient, ids: &[UserId]) -> Result<Vec<User>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let statement = db.prepare_cached(BY_ID).await?;
    let rows = db.query(&statement, &[&ids]).await?;
    rows.iter().map(user).collect()
}

const BY_USERNAME: &str = "
    SELECT id, username, display_name, about, created_at
    FROM public_profiles
    WHERE username = $1";

pub(crate) async fn by_username(
    db: &impl GenericClient,
    username: &str,
) -> Result<Option<User>, Error> {
    let statement = db.prepare_cached(BY_USERNAME).await?;
    let row = db.query_opt(&statement, &[&username]).await?;
    row.as_ref().map(user).transpose()
}

/// The position of a user in a search result: best match first, then by username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    /// 0 is the very name, 1 starts with the text, 2 contains it.
    pub(crate) distance: i32,
    pub(crate) username: String,
}

/// Byte by byte: everything is folded before it comes here. The index is `users_found`, whose expression this repeats.
const SEARCH: &str = r#"
    SELECT id, username, display_name, about, created_at, distance
    FROM (
        SELECT id, username COLLATE "C" AS username, display_name, about, created_at,
               CASE WHEN username COLLATE "C" = $1 OR name_folded = $1 THEN 0
                    WHEN username COLLATE "C" LIKE $2 || '%' OR name_folded LIKE $2 || '%' THEN 1
                    ELSE 2
               END AS distance
        FROM users
        WHERE deactivated_at IS NULL
          AND search_grams(username COLLATE "C" || E'\n' || coalesce(name_folded, '')) @> term_grams($1)
          AND (username COLLATE "C" LIKE '%' || $2 || '%' OR name_folded LIKE '%' || $2 || '%')
    ) AS found
    WHERE $3::int IS NULL OR (distance, username) > ($3, $4)
    ORDER BY distance, username
    LIMIT $5"#;

/// At most `limit` users whose username or display name contains the folded `term`, after the given place. Two letters
/// of an alphabet are looked for at the beginning of words.
pub(crate) async fn search(
    db: &impl GenericClient,
    term: &str,
    after: Option<&Rank>,
    limit: i64,
) -> Result<Vec<(Rank, User)>, Error> {
    let statement = db.prepare_cached(SEARCH).await?;
    let distance = after.map(|rank| rank.distance);
    let username = after.map(|rank| rank.username.as_str());
    let rows = db
        .query(
            &statement,
            &[&term, &escaped(term), &distance, &username, &limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let user = user(row)?;
            let rank = Rank {
                distance: row.try_get("distance")?,
                username: user.username.clone(),
            };
            Ok((rank, user))
        })
        .collect()
}

/// The text as a LIKE pattern that matches only itself.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_")
}

fn user(row: &Row) -> Result<User, Error> {
    Ok(User {
        id: UserId(row.try_get::<_, Uuid>("id")?),
        username: row.try_get("username")?,
        display_name: row.try_get("display_name")?,
        about: row.try_get("about")?,
        created_at: Instant(row.try_get::<_, Timestamp>("created_at")?),
    })
}
