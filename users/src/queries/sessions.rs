//! `sessions`: where the caller is signed in.

use async_graphql::{Context, Object, Result};
use chassis::Error;

use crate::{
    db::sessions,
    sessions::{authenticated::AuthenticatedUser, session::Session},
    state::{RequestContext, State},
};

#[derive(Default)]
pub(crate) struct Sessions;

#[Object]
impl Sessions {
    /// The caller's active sessions, newest first; at most 50.
    #[graphql(complexity = "50 * child_complexity")]
    async fn sessions(&self, context: &Context<'_>) -> Result<Vec<Session>> {
        Ok(sessions(context.state()?, context).await?)
    }
}

async fn sessions(state: &State, context: &Context<'_>) -> Result<Vec<Session>, Error> {
    let connection = state.pool.get().await?;
    let caller = AuthenticatedUser::of(context, &connection).await?;
    let live = sessions::live_of_user(&connection, caller.user_id()).await?;
    Ok(live
        .into_iter()
        .map(|session| Session::seen_by(caller.session_id, session))
        .collect())
}
