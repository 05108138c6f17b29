//! The table `refresh_tokens`: every token of a session, used or not. Writers hold the row lock of the session or have
//! created it in the same transaction. Workers delete tokens a week after their use: if one is presented after that, it
//! is refused but no longer counts as a sign of theft.

use chassis::Error;
use deadpool_postgres::GenericClient;
use shared_schema::SessionId;
use tokio_postgres::types::ToSql;

use crate::sessions::refresh_token::{Salt, TokenHash};

/// The state of a token.
pub(crate) enum State {
    /// Never used.
    Unused,
    /// Used moments ago by the same client, whose answer may have been lost.
    Repeated { salt: Salt },
    /// Used: the client that presents it now is not its owner, or not the only one who has it.
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
           CASE WHEN next.consumed_at IS NULL AND (
               token.request_id = $2 AND token.consumed_at > clock_timestamp() - interval '60 seconds'
               OR token.request_id IS NULL AND session.refreshes_seen < session.refreshes
                  AND token.consumed_at > clock_timestamp() - interval '10 seconds'
           ) THEN token.successor_salt
           END AS salt
    FROM refresh_tokens token
    JOIN sessions session ON session.id = token.session_id
    LEFT JOIN refresh_tokens next ON next.hash = token.successor
    WHERE token.hash = $1";

/// A used token may be presented again while its successor is unused: within a minute with the id of the request that
/// used it; within ten seconds if that request had none, until an access token of this exchange is seen.
pub(crate) async fn state(
    db: &impl GenericClient,
    token: TokenHash,
    request_id: Option<&str>,
) -> Result<State, Error> {
    let statement = db.prepare_cached(STATE).await?;
    let row = db
        .query_one(&statement, &[&token.as_bytes(), &request_id])
        .await?;
    let used: bool = row.try_get("used")?;
    let salt: Option<&[u8]> = row.try_get("salt")?;
    Ok(match (used, salt) {
        (false, _) => State::Unused,
        (true, Some(salt)) => State::Repeated {
            salt: Salt::from_stored(salt)?,
        },
        (true, None) => State::Spent,
    })
}

/// What is remembered of an exchange.
pub(crate) struct Exchange<'a> {
    pub(crate) token: TokenHash,
    pub(crate) successor: TokenHash,
    pub(crate) salt: &'a Salt,
    pub(crate) request_id: Option<&'a str>,
}

const EXCHANGE: &str = "
    UPDATE refresh_tokens
    SET consumed_at = clock_timestamp(), successor = $2, successor_salt = $3, request_id = $4
    WHERE hash = $1";

/// Marks a token as used.
pub(crate) async fn exchange(db: &impl GenericClient, exchange: Exchange<'_>) -> Result<(), Error> {
    let Exchange {
        token,
        successor,
        salt,
        request_id,
    } = exchange;
    let statement = db.prepare_cached(EXCHANGE).await?;
    let parameters: [&(dyn ToSql + Sync); 4] = [
        &token.as_bytes(),
        &successor.as_bytes(),
        &salt.as_bytes(),
        &request_id,
    ];
    db.execute(&statement, &parameters).await?;
    Ok(())
}
