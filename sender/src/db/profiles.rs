//! `public_profiles`: what this service may see of an account. Deactivated ones are not in it.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::{Client, GenericClient};
use shared_schema::UserId;
use tokio_postgres::Statement;
use uuid::Uuid;

use chassis::Error;

/// The user's name, unless they are unknown or deactivated.
pub async fn username(db: &impl GenericClient, user: UserId) -> Result<Option<String>, Error> {
    let statement = db
        .prepare_cached("SELECT username FROM public_profiles WHERE id = $1")
        .await?;
    let row = db.query_opt(&statement, &[&user.0]).await?;
    Ok(row.map(|row| row.try_get("username")).transpose()?)
}

/// For [`usernames`].
pub async fn prepare_usernames(client: &Client) -> Result<Statement, Error> {
    // The offset keeps the planner from any other way than one look into the index for each.
    let sql = "SELECT p.* FROM unnest($1::uuid[]) AS i (id)
               CROSS JOIN LATERAL (SELECT id, username FROM public_profiles WHERE id = i.id OFFSET 0) AS p";
    Ok(client.prepare_cached(sql).await?)
}

/// The usernames of those users that exist.
pub async fn usernames(
    client: &Client,
    statement: &Statement,
    users: &[Uuid],
) -> Result<HashMap<UserId, String>, Error> {
    let rows = client.query(statement, &[&users]).await?;
    rows.iter()
        .map(|row| Ok((UserId(row.try_get("id")?), row.try_get("username")?)))
        .collect()
}

/// The ids of those users that exist.
pub async fn existing_ids(
    db: &impl GenericClient,
    users: &[UserId],
) -> Result<HashSet<UserId>, Error> {
    let statement = db
        .prepare_cached("SELECT id FROM public_profiles WHERE id = ANY ($1)")
        .await?;
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows = db.query(&statement, &[&ids]).await?;
    rows.iter()
        .map(|row| Ok(UserId(row.try_get("id")?)))
        .collect()
}
