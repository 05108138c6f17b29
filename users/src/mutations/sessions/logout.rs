//! `logout`: the end of the caller's session.

use async_graphql::{Context, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::SessionId;

use crate::{
    db::sessions,
    pending_events::PendingEvents,
    sessions::authenticated::AuthenticatedUser,
    state::{RequestContext, State},
};

/// The result of signing out.
#[derive(SimpleObject)]
pub(crate) struct LogoutPayload {
    /// The id of the session that has ended.
    session_id: SessionId,
}

#[derive(Default)]
pub(crate) struct Logout;

#[Object]
impl Logout {
    /// Ends the session that this request belongs to. Within a second, every service refuses its tokens, and its
    /// sockets and event streams are closed.
    async fn logout(&self, context: &Context<'_>) -> Result<LogoutPayload> {
        let session_id = logout(context.state()?, context).await?;
        Ok(LogoutPayload { session_id })
    }
}

async fn logout(state: &State, context: &Context<'_>) -> Result<SessionId, Error> {
    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let caller = AuthenticatedUser::locked(context, &transaction).await?;
    sessions::revoke(&transaction, caller.session_id, caller.user_id()).await?;
    let mut events = PendingEvents::of(caller.user_id());
    events
        .append_revoked(&mut transaction, [caller.session_id])
        .await?;
    events.commit(transaction, state).await?;
    Ok(caller.session_id)
}
