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

/// Which session to end.
#[derive(InputObject)]
pub(crate) struct RevokeSessionInput {
    /// One of the caller's own sessions.
    session_id: SessionId,
}

/// The session that ended.
#[derive(SimpleObject)]
pub(crate) struct RevokeSessionPayload {
    /// Its id.
    session_id: SessionId,
}

#[derive(Default)]
pub(crate) struct RevokeSession;

#[Object]
impl RevokeSession {
    /// Ends one of the caller's sessions, such as that of a lost device: within a second every service refuses its tokens.
    /// `NOT_FOUND` when it is not the caller's or has ended already.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which session to end.")] input: RevokeSessionInput,
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
