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

/// The caller's password, as a confirmation.
#[derive(InputObject)]
pub(crate) struct DeactivateUserInput {
    /// The caller's current password.
    password: String,
}

/// The result of deactivating the account.
#[derive(SimpleObject)]
pub(crate) struct DeactivateUserPayload {
    /// The id of the deactivated account.
    user_id: UserId,
}

#[derive(Default)]
pub(crate) struct DeactivateUser;

#[Object]
impl DeactivateUser {
    /// Deactivates the caller's account. From then on, nobody can sign in to it, all of its sessions have ended, their
    /// tokens are refused, and the profile is hidden. The profile, the password hash, the e-mail address and the device
    /// names are erased from the database within a day. The user's messages remain, under the username at the time of
    /// sending. The username and, as a digest, the e-mail address cannot be registered again. Fails with
    /// `BAD_USER_INPUT` on the field `password` if it is wrong.
    async fn deactivate_user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The caller's password, as a confirmation.")] input: DeactivateUserInput,
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
