//! The table `refresh_tokens`: every token of a session, used or not. Whoever writes here holds the session's row lock,
//! or has made the session in the same transaction.

use chassis::Error;
use deadpool_postgres::GenericClient;
use shared_schema::SessionId;

use crate::refresh_token::TokenHash;

/// What has become of a token.
pub(crate) enum State {
    /// Never used.
    Unused,
    /// Used moments ago, and what it was exchanged for has not been used: the answer may have been lost on its way.
    JustUsed { successor: TokenHash },
    /// Used, or withdrawn: whoever presents it now is not the one it was given to, or not the only one.
    Spent,
}

const INSERT: &str = "INSERT INTO refresh_tokens (hash, session_id) VALUES ($1, $2)";

pub(crate) async fn insert(
    db: &impl GenericClient,
    token: TokenHash,
    session: SessionId,
) -> Result<(), Error> {
    let statement = db.prepare_cached(INSERT).await?;
    db.execute(&statement, &[&token.as_bytes(), &session.0])
        .await?;
    Ok(())
}

const STATE: &str = "
    SELECT token.consumed_at IS NOT NULL AS used,
           CASE WHEN next.consumed_at IS NULL AND token.consumed_at > clock_timestamp() - interval '60 seconds'
                THEN next.hash
           END AS replaceable
    FROM refresh_tokens token
    LEFT JOIN refresh_tokens next ON next.hash = token.successor
    WHERE token.hash = $1";

pub(crate) async fn state(db: &impl GenericClient, token: TokenHash) -> Result<State, Error> {
    let statement = db.prepare_cached(STATE).await?;
    let row = db.query_one(&statement, &[&token.as_bytes()]).await?;
    let used: bool = row.try_get("used")?;
    let replaceable: Option<&[u8]> = row.try_get("replaceable")?;
    Ok(match (used, replaceable) {
        (false, _) => State::Unused,
        (true, Some(successor)) => State::JustUsed {
            successor: TokenHash::from_stored(successor)?,
        },
        (true, None) => State::Spent,
    })
}

const EXCHANGE: &str = "
    UPDATE refresh_tokens
    SET consumed_at = coalesce(consumed_at, clock_timestamp()), successor = $2
    WHERE hash = $1";

/// Marks a token as used. The time of its first use stays.
pub(crate) async fn exchange(
    db: &impl GenericClient,
    token: TokenHash,
    successor: TokenHash,
) -> Result<(), Error> {
    let statement = db.prepare_cached(EXCHANGE).await?;
    db.execute(&statement, &[&token.as_bytes(), &successor.as_bytes()])
        .await?;
    Ok(())
}

const WITHDRAW: &str = "UPDATE refresh_tokens SET consumed_at = clock_timestamp() WHERE hash = $1";

/// Marks an unused token as spent. It has no successor, so presenting it later counts as reuse.
pub(crate) async fn withdraw(db: &impl GenericClient, token: TokenHash) -> Result<(), Error> {
    let statement = db.prepare_cached(WITHDRAW).await?;
    db.execute(&statement, &[&token.as_bytes()]).await?;
    Ok(())
}

const FORGET_SPENT: &str = "
    DELETE FROM refresh_tokens
    WHERE session_id = $1 AND consumed_at < clock_timestamp() - interval '7 days'";

/// Deletes the session's tokens that were used more than a week ago. Should one of them come back it is refused, as it
/// would have been, but no longer taken as a sign of theft.
pub(crate) async fn forget_spent(db: &impl GenericClient, session: SessionId) -> Result<(), Error> {
    let statement = db.prepare_cached(FORGET_SPENT).await?;
    db.execute(&statement, &[&session.0]).await?;
    Ok(())
}
