//! The end of every way to sign in: a session, a refresh token and an access token.

use async_graphql::SimpleObject;
use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::Instant;

use crate::{
    accounts::account::Account,
    db::{refresh_tokens, sessions},
    pending_events::PendingEvents,
    sessions::{
        access_token::Minter,
        refresh_token::RefreshToken,
        session::{MAX_SESSIONS_PER_USER, Session},
    },
};

/// The account, the session and the tokens with which a device acts for the user.
#[derive(SimpleObject)]
pub(crate) struct SignInPayload {
    /// The access token. Send it with every request to every service, as `Authorization: Bearer`.
    access_token: String,
    /// When the access token expires. Get the next one with `refreshSession` before that.
    access_token_expires_at: Instant,
    /// The refresh token, which `refreshSession` exchanges once for a new pair of tokens. Keep it secret.
    refresh_token: String,
    /// When the refresh token expires if it is not used.
    refresh_token_expires_at: Instant,
    /// A token that proves that somebody has signed in to this account on this device. It grants no access. Keep it,
    /// even after signing out, and send it with the next `login` on this device.
    device_token: String,
    /// The session that the tokens belong to.
    session: Session,
    /// The account that is signed in.
    account: Account,
}

/// Starts a session, and ends the oldest one of a user who has too many. The user's row is new or locked.
pub(crate) async fn start_session(
    transaction: &mut Transaction<'_>,
    account: Account,
    user_agent: &str,
    minter: &Minter,
    events: &mut PendingEvents,
) -> Result<SignInPayload, Error> {
    let user = account.user.id;
    let session = sessions::insert(&*transaction, user, user_agent).await?;
    let refresh_token = RefreshToken::generate()?;
    refresh_tokens::insert(&*transaction, refresh_token.hash(), session.id).await?;
    let ended = sessions::revoke_oldest(&*transaction, user, MAX_SESSIONS_PER_USER).await?;
    events.append_revoked(transaction, ended).await?;
    payload(account, session, refresh_token, minter)
}

/// The tokens of a session that was started or prolonged just now.
pub(crate) fn payload(
    account: Account,
    session: sessions::Session,
    refresh_token: RefreshToken,
    minter: &Minter,
) -> Result<SignInPayload, Error> {
    let access_token = minter.mint(&account.user, &session)?;
    let device_token =
        minter.mint_device_token(account.user.id, session.id, session.last_used_at)?;
    Ok(SignInPayload {
        device_token,
        access_token: access_token.text,
        access_token_expires_at: access_token.expires_at,
        refresh_token: refresh_token.into_text(),
        refresh_token_expires_at: session.expires_at,
        session: Session::seen_by(session.id, session),
        account,
    })
}
