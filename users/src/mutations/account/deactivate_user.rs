//! `deactivateUser`: the end of the caller's account.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::UserId;

use crate::{
    db::{sessions, users},
    passwords::{confirmation::PasswordConfirmed, password::PasswordAttempt},
    pending_events::PendingEvents,
    state::{RequestContext, State},
};

/// Proof that it is really meant.
#[derive(InputObject)]
pub(crate) struct DeactivateUserInput {
    /// The caller's password.
    password: String,
}

/// The account that ended.
#[derive(SimpleObject)]
pub(crate) struct DeactivateUserPayload {
    /// Its id.
    user_id: UserId,
}

#[derive(Default)]
pub(crate) struct DeactivateUser;

#[Object]
impl DeactivateUser {
    /// Ends the caller's account: at once nobody can sign in to it, all its sessions end, their tokens are refused and its
    /// profile cannot be read any more. Within a day its profile, its password's hash, its e-mail address and the names of
    /// its devices are erased from the database. Messages that it wrote stay, under the username of their time; its username
    /// and, as a digest, its e-mail address stay taken. `BAD_USER_INPUT` with the field `password` when that is wrong.
    async fn deactivate_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Proof that it is meant.")] input: DeactivateUserInput,
    ) -> Result<DeactivateUserPayload> {
        let state = context.state()?;
        let attempt = PasswordAttempt::new(&input.password);
        let confirmed = PasswordConfirmed::check(state, context, attempt, "password").await?;
        let user_id = deactivate(state, context, &confirmed).await?;
        Ok(DeactivateUserPayload { user_id })
    }
}

async fn deactivate(
    state: &State,
    context: &Context<'_>,
    confirmed: &PasswordConfirmed,
) -> Result<UserId, Error> {
    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let caller = confirmed.locked(context, &transaction).await?;
    let ended = sessions::revoke_all(&transaction, caller.user_id(), None).await?;
    users::deactivate(&transaction, caller.user_id()).await?;
    let mut events = PendingEvents::of(caller.user_id());
    events.append_revoked(&mut transaction, ended).await?;
    events.commit(transaction, state).await?;
    Ok(caller.user_id())
}
