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

/// The new username.
#[derive(InputObject)]
pub(crate) struct ChangeUsernameInput {
    /// 3 to 50 of the characters `a-z`, `0-9`, `_` and `-`. Upper-case letters are read as lower case.
    username: String,
}

/// The result of changing the username.
#[derive(SimpleObject)]
pub(crate) struct ChangeUsernamePayload {
    /// The account with its new username.
    account: Account,
}

#[derive(Default)]
pub(crate) struct ChangeUsername;

#[Object]
impl ChangeUsername {
    /// Changes the caller's username. The old username stays reserved for the caller for 30 days. Fails with `CONFLICT`
    /// on the field `username` if the new one is taken or reserved, and with `RATE_LIMITED` after too many attempts in
    /// a day.
    async fn change_username(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new username.")] input: ChangeUsernameInput,
    ) -> Result<ChangeUsernamePayload> {
        let state = context.state()?;
        let username = Username::parse(&input.username)?;
        charge(state, context).await?;
        let account = change(state, context, &username).await?;
        Ok(ChangeUsernamePayload { account })
    }
}

/// Charges every attempt, not only successful ones: each attempt reveals whether a username is free.
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
