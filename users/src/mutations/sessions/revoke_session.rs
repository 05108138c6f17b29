//! `revokeSession`: the end of another session of the caller.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::SessionId;

use crate::{
    db::sessions,
    pending_events::PendingEvents,
    sessions::authenticated::AuthenticatedUser,
    state::{RequestContext, State},
};

/// The session to end.
#[derive(InputObject)]
pub(crate) struct RevokeSessionInput {
    /// The id of one of the caller's own sessions.
    session_id: SessionId,
}

/// The result of ending a session.
#[derive(SimpleObject)]
pub(crate) struct RevokeSessionPayload {
    /// The id of the session that has ended.
    session_id: SessionId,
}

#[derive(Default)]
pub(crate) struct RevokeSession;

#[Object]
impl RevokeSession {
    /// Ends one of the caller's sessions, for example on a lost device. Within a second, every service refuses its
    /// tokens. Fails with `NOT_FOUND` if the session is not the caller's or has already ended.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload> {
        let session_id = input.session_id;
        revoke(context.state()?, context, session_id).await?;
        Ok(RevokeSessionPayload { session_id })
    }
}

async fn revoke(state: &State, context: &Context<'_>, session_id: SessionId) -> Result<(), Error> {
    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let caller = AuthenticatedUser::locked(context, &transaction).await?;
    if !sessions::revoke(&transaction, session_id, caller.user_id()).await? {
        return Err(Error::not_found_in("sessionId", "session"));
    }
    let mut events = PendingEvents::of(caller.user_id());
    events
        .append_revoked(&mut transaction, [session_id])
        .await?;
    events.commit(transaction, state).await
}
