//! `refreshSession`: the next pair of tokens.
//!
//! Invariant: of all tokens of a session exactly one can be used, whatever is lost, repeated or stolen. A token that
//! comes back after its successor was used, or late, was copied: the session ends.

use async_graphql::{Context, InputObject, Object, Result};
use chassis::Error;

use crate::{
    app::State,
    db::{
        refresh_tokens::{self, State as TokenState},
        sessions::{self, Session},
        users,
    },
    feed::Pending,
    refresh_token::RefreshToken,
    sign_in::{SignInPayload, payload},
};

/// A refresh token.
#[derive(InputObject)]
pub(crate) struct RefreshSessionInput {
    /// The last refresh token that this device was given.
    refresh_token: String,
}

#[derive(Default)]
pub(crate) struct RefreshSession;

#[Object]
impl RefreshSession {
    /// Exchanges a refresh token for the next pair of tokens. It works once; if the answer was lost, once more within a
    /// minute. `UNAUTHENTICATED` means that the session has ended: sign in again.
    async fn refresh_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: RefreshSessionInput,
    ) -> Result<SignInPayload> {
        let token = RefreshToken::parse(&input.refresh_token)?;
        Ok(refresh(State::of(context)?, &token).await?)
    }
}

async fn refresh(state: &State, token: &RefreshToken) -> Result<SignInPayload, Error> {
    let mut connection = state.pool.get().await?;
    let transaction = connection.transaction().await?;
    let session = sessions::lock_live_of_token(&transaction, token.hash())
        .await?
        .ok_or_else(ended)?;
    match refresh_tokens::state(&transaction, token.hash()).await? {
        TokenState::Unused => {}
        TokenState::JustUsed { successor } => {
            refresh_tokens::withdraw(&transaction, successor).await?
        }
        TokenState::Spent => {
            end(state, transaction, &session).await?;
            return Err(ended());
        }
    }
    let account = users::active(&transaction, session.user_id)
        .await?
        .ok_or_else(Error::unauthenticated)?;
    let next = RefreshToken::generate()?;
    refresh_tokens::insert(&transaction, next.hash(), session.id).await?;
    refresh_tokens::exchange(&transaction, token.hash(), next.hash()).await?;
    refresh_tokens::forget_spent(&transaction, session.id).await?;
    let session = sessions::prolong(&transaction, session.id).await?;
    let payload = payload(account, session, next, &state.minter)?;
    transaction.commit().await?;
    Ok(payload)
}

/// Somebody else has the token as well.
async fn end(
    state: &State,
    transaction: deadpool_postgres::Transaction<'_>,
    session: &Session,
) -> Result<(), Error> {
    tracing::warn!(session = %session.id, user = %session.user_id, "a refresh token came back; ending its session");
    sessions::revoke(&transaction, session.id, session.user_id).await?;
    let mut pending = Pending::of(session.user_id);
    pending.append_revoked(&transaction, [session.id]).await?;
    pending.commit(transaction, &state.publisher).await
}

/// Unknown, spent or ended: one answer.
fn ended() -> Error {
    Error::refused_sign_in("the session has ended; sign in again")
}
