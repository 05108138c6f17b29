//! `changePassword`: a new password, and the end of all other sessions.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;

use crate::{
    accounts::account::Account,
    db::{sessions, users},
    passwords::{
        confirmation::PasswordConfirmed,
        password::{NewPassword, PasswordAttempt},
    },
    pending_events::PendingEvents,
    state::{RequestContext, State},
};

/// The current and the new password.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// The caller's current password.
    current_password: String,
    /// The new password: 8 to 128 characters. It must not be easy to guess, nor contain the username or the e-mail
    /// address.
    new_password: String,
}

/// The result of changing the password.
#[derive(SimpleObject)]
pub(crate) struct ChangePasswordPayload {
    /// The account whose password was changed.
    account: Account,
}

#[derive(Default)]
pub(crate) struct ChangePassword;

#[Object]
impl ChangePassword {
    /// Changes the caller's password and ends all of the caller's other sessions: within a second, every service
    /// refuses their tokens. Fails with `BAD_USER_INPUT` on the field `currentPassword` if that is wrong, and with
    /// `RATE_LIMITED` after too many attempts.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The current and the new password.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let state = context.state()?;
        let new_password = NewPassword::parse(&input.new_password, "newPassword")?;
        let attempt = PasswordAttempt::new(&input.current_password);
        let confirmed =
            PasswordConfirmed::check(state, context, attempt, "currentPassword").await?;
        let account = change(state, context, &confirmed, new_password).await?;
        Ok(ChangePasswordPayload { account })
    }
}

async fn change(
    state: &State,
    context: &Context<'_>,
    confirmed: &PasswordConfirmed,
    new_password: NewPassword,
) -> Result<Account, Error> {
    let hash = state.hasher.hash(new_password, confirmed.known()).await?;
    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let caller = confirmed.locked(context, &transaction).await?;
    users::set_password_hash(&transaction, caller.user_id(), &hash).await?;
    let ended =
        sessions::revoke_all(&transaction, caller.user_id(), Some(caller.session_id)).await?;
    let mut events = PendingEvents::of(caller.user_id());
    events.append_revoked(&mut transaction, ended).await?;
    events.commit(transaction, state).await?;
    Ok(caller.account)
}
