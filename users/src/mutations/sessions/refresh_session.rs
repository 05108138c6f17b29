//! `refreshSession`: the next pair of tokens.
//!
//! Invariant: exactly one refresh token of a session can be used, whatever is lost, repeated or stolen. If a used token
//! is presented by anyone but the client that used it, after its successor was used, or too late, it was copied, and
//! the session ends. The request's id identifies the client that used it (docs/adr/0012-lost-refresh-answers.md).

use async_graphql::{Context, ID, InputObject, Object, Result};
use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{Reason, SessionId};

use crate::{
    db::{
        refresh_tokens::{self, Exchange, State as TokenState},
        sessions::{self, Session},
        users,
    },
    pending_events::PendingEvents,
    sessions::{
        refresh_token::{RefreshToken, Salt},
        sign_in::{SignInPayload, payload},
    },
    state::{RequestContext, State},
};

/// The refresh token to exchange.
#[derive(InputObject)]
pub(crate) struct RefreshSessionInput {
    /// The newest refresh token that this device has received.
    refresh_token: String,
    /// Identifies this refresh: a UUID, or 1 to 64 characters that are hard to guess. Use a new value for each refresh
    /// token, and repeat the same value if the answer was lost. Browser tabs that share the token must also share this
    /// value.
    request_id: Option<ID>,
}

#[derive(Default)]
pub(crate) struct RefreshSession;

#[Object]
impl RefreshSession {
    /// Exchanges a refresh token for a new pair of tokens. A refresh token works once. If the answer was lost,
    /// repeating the request with the same `requestId` within a minute returns the same new refresh token, until that
    /// one has been used. Without a `requestId`, the old token can be presented again within ten seconds, until one of
    /// the new tokens has been used. Presenting a used token in any other way ends the session. `UNAUTHENTICATED` means
    /// that the session has ended: sign in again.
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The refresh token to exchange.")] input: RefreshSessionInput,
    ) -> Result<SignInPayload> {
        let request_id = input.request_id.as_ref().map(request_id).transpose()?;
        let token = RefreshToken::parse(&input.refresh_token)?;
        Ok(refresh(context.state()?, &token, request_id).await?)
    }
}

const MAX_REQUEST_ID: u32 = 64;

fn request_id(id: &ID) -> Result<&str, Error> {
    let reason = match u32::try_from(id.chars().count()) {
        Ok(0) => Reason::TooShort { min: 1 },
        Ok(1..=MAX_REQUEST_ID) => return Ok(id),
        _ => Reason::TooLong {
            max: MAX_REQUEST_ID,
        },
    };
    Err(Error::bad_input("requestId", reason))
}

async fn refresh(
    state: &State,
    token: &RefreshToken,
    request_id: Option<&str>,
) -> Result<SignInPayload, Error> {
    let mut connection = state.pool.get().await?;
    let transaction = connection.transaction().await?;
    let session = sessions::lock_live_of_token(&transaction, token.hash())
        .await?
        .ok_or_else(ended)?;
    let found = refresh_tokens::state(&transaction, token.hash(), request_id).await?;
    if matches!(found, TokenState::Spent) {
        end(state, transaction, &session).await?;
        return Err(ended());
    }
    let account = users::active(&transaction, session.user_id)
        .await?
        .ok_or_else(Error::unauthenticated)?;
    let (session, next) = match found {
        TokenState::Repeated { salt } => {
            let session = sessions::prolong_again(&transaction, session.id).await?;
            (session, token.successor(&salt))
        }
        TokenState::Unused | TokenState::Spent => {
            let next = exchange(&transaction, token, request_id, session.id).await?;
            (sessions::prolong(&transaction, session.id).await?, next)
        }
    };
    let payload = payload(account, session, next, &state.minter)?;
    transaction.commit().await?;
    Ok(payload)
}

async fn exchange(
    transaction: &Transaction<'_>,
    token: &RefreshToken,
    request_id: Option<&str>,
    session: SessionId,
) -> Result<RefreshToken, Error> {
    let salt = Salt::generate()?;
    let next = token.successor(&salt);
    refresh_tokens::insert(transaction, next.hash(), session).await?;
    let exchange = Exchange {
        token: token.hash(),
        successor: next.hash(),
        salt: &salt,
        request_id,
    };
    refresh_tokens::exchange(transaction, exchange).await?;
    Ok(next)
}

/// A used token was presented again, so somebody else must have it, too: ends the session.
async fn end(
    state: &State,
    mut transaction: Transaction<'_>,
    session: &Session,
) -> Result<(), Error> {
    tracing::warn!(session = %session.id, user = %session.user_id, "a used refresh token was presented again; ending its session");
    sessions::revoke(&transaction, session.id, session.user_id).await?;
    let mut events = PendingEvents::of(session.user_id);
    events
        .append_revoked(&mut transaction, [session.id])
        .await?;
    events.commit(transaction, state).await
}

/// The same error for a token that is unknown, used up or of an ended session.
fn ended() -> Error {
    Error::refused_sign_in("the session has ended; sign in again")
}
