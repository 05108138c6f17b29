//! `changeUsername`: another name to sign in with and to be found by.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::Change;

use crate::{
    accounts::{account::Account, username::Username},
    db::{reserved_usernames, users},
    pending_events::PendingEvents,
    sessions::authenticated::AuthenticatedUser,
    state::{RequestContext, State},
};

/// The name to have from now on.
#[derive(InputObject)]
pub(crate) struct ChangeUsernameInput {
    /// 3 to 50 of a-z, 0-9, _ and -. Upper case is read as lower case.
    username: String,
}

/// The changed account.
#[derive(SimpleObject)]
pub(crate) struct ChangeUsernamePayload {
    /// The account with its new username.
    account: Account,
}

#[derive(Default)]
pub(crate) struct ChangeUsername;

#[Object]
impl ChangeUsername {
    /// Changes the caller's username. The old one stays reserved for the caller for 30 days. `CONFLICT` with the field
    /// `username` when the new one is taken or reserved, `RATE_LIMITED` after several attempts in a day.
    async fn change_username(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new name.")] input: ChangeUsernameInput,
    ) -> Result<ChangeUsernamePayload> {
        let state = context.state()?;
        let username = Username::parse(&input.username)?;
        charge(state, context).await?;
        let account = change(state, context, &username).await?;
        Ok(ChangeUsernamePayload { account })
    }
}

/// Counts attempts, not only those that succeed: each one tells whether a name is free.
async fn charge(state: &State, context: &Context<'_>) -> Result<(), Error> {
    let caller = AuthenticatedUser::of(context, &state.pool.get().await?).await?;
    state.limits.change_username(caller.user_id()).await
}

async fn change(
    state: &State,
    context: &Context<'_>,
    username: &Username,
) -> Result<Account, Error> {
    let mut connection = state.pool.get().await?;
    let transaction = connection.transaction().await?;
    let caller = AuthenticatedUser::locked(context, &transaction).await?;
    let old = &caller.account.user.username;
    if old == username.as_str() {
        return Ok(caller.account);
    }
    let account = users::set_username(&transaction, caller.user_id(), username).await?;
    reserved_usernames::claim(&transaction, username, caller.user_id()).await?;
    reserved_usernames::reserve(&transaction, old, caller.user_id()).await?;
    let mut events = PendingEvents::of(caller.user_id());
    events.append(&transaction, Change::ProfileUpdated).await?;
    events.commit(transaction, state).await?;
    Ok(account)
}
