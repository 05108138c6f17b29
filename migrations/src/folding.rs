//! Folds what releases stored that did not: what Postgres cannot do as the services do it.
//!
//! Invariant: a row is visited until it is folded by the crate `text`, and never again. Safe to stop at any time: each
//! batch is a transaction, and the next run goes on.

use tokio_postgres::{Client, error::SqlState, types::ToSql};

/// Rows per transaction: few enough that nobody waits long for one of them.
const BATCH_SIZE: usize = 1000;

const UNFOLDED_USERS: &str = "
    SELECT id::text AS id, email, display_name FROM users WHERE needs_folding ORDER BY id LIMIT $1";
const FOLD_USERS: &str = "
    UPDATE users u SET email_folded = f.email, name_folded = f.name, needs_folding = false
    FROM unnest($1::text[], $2::text[], $3::text[]) AS f (id, email, name)
    WHERE u.id = f.id::uuid AND u.needs_folding";
/// Another account has the same address in another spelling. The one that was folded first is found by every spelling,
/// this one by its own.
const FOLD_NAME_ONLY: &str = "
    UPDATE users SET email_folded = NULL, name_folded = $2, needs_folding = false WHERE id = $1::text::uuid";

const UNFOLDED_CHATS: &str = "
    SELECT id::text AS id, name FROM chats WHERE needs_folding AND name IS NOT NULL ORDER BY id LIMIT $1";
const FOLD_CHATS: &str = "
    UPDATE chats c SET name_folded = f.name, needs_folding = false
    FROM unnest($1::text[], $2::text[]) AS f (id, name)
    WHERE c.id = f.id::uuid";

/// Folds everything that needs it, and answers with the number of rows.
pub(crate) async fn run(client: &Client) -> Result<usize, tokio_postgres::Error> {
    Ok(users(client).await? + chats(client).await?)
}

struct User {
    id: String,
    email: String,
    name: String,
}

async fn users(client: &Client) -> Result<usize, tokio_postgres::Error> {
    let mut folded = 0;
    loop {
        let rows = client.query(UNFOLDED_USERS, &[&limit()]).await?;
        let users: Vec<User> = rows
            .iter()
            .map(|row| User {
                id: row.get("id"),
                email: text::folded(row.get("email")),
                name: text::folded(row.get("display_name")),
            })
            .collect();
        match fold_users(client, &users).await {
            Err(error) if is_taken(&error) => {
                for user in &users {
                    fold_user(client, user).await?;
                }
            }
            outcome => drop(outcome?),
        }
        folded += users.len();
        if users.len() < BATCH_SIZE {
            return Ok(folded);
        }
    }
}

async fn fold_users(client: &Client, users: &[User]) -> Result<u64, tokio_postgres::Error> {
    let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
    let emails: Vec<&str> = users.iter().map(|user| user.email.as_str()).collect();
    let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
    client.execute(FOLD_USERS, &[&ids, &emails, &names]).await
}

async fn fold_user(client: &Client, user: &User) -> Result<(), tokio_postgres::Error> {
    match fold_users(client, std::slice::from_ref(user)).await {
        Err(error) if is_taken(&error) => {
            client
                .execute(FOLD_NAME_ONLY, &[&user.id, &user.name])
                .await?;
        }
        outcome => drop(outcome?),
    }
    Ok(())
}

fn is_taken(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

async fn chats(client: &Client) -> Result<usize, tokio_postgres::Error> {
    let mut folded = 0;
    loop {
        let rows = client.query(UNFOLDED_CHATS, &[&limit()]).await?;
        let ids: Vec<&str> = rows.iter().map(|row| row.get("id")).collect();
        let names: Vec<String> = rows
            .iter()
            .map(|row| text::folded(row.get("name")))
            .collect();
        let parameters: [&(dyn ToSql + Sync); 2] = [&ids, &names];
        client.execute(FOLD_CHATS, &parameters).await?;
        folded += rows.len();
        if rows.len() < BATCH_SIZE {
            return Ok(folded);
        }
    }
}

fn limit() -> i64 {
    BATCH_SIZE as i64
}
