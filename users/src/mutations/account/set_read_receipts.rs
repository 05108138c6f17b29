//! `setReadReceipts`: whether the caller tells others what they have read.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::Change;

use crate::{
    accounts::account::Account,
    db::users,
    pending_events::PendingEvents,
    sessions::authenticated::AuthenticatedUser,
    state::{RequestContext, State},
};

/// The caller's choice.
#[derive(InputObject)]
pub(crate) struct SetReadReceiptsInput {
    /// Whether others learn what the caller has read, and the caller what they have.
    enabled: bool,
}

/// The result of the choice.
#[derive(SimpleObject)]
pub(crate) struct SetReadReceiptsPayload {
    /// The account with the choice.
    account: Account,
}

#[derive(Default)]
pub(crate) struct SetReadReceipts;

#[Object]
impl SetReadReceipts {
    /// Switches read receipts of the caller on or off. It works both ways: whoever does not tell what they have read does not
    /// learn what others have. That messages were delivered is told nevertheless. What was told before stays told.
    async fn set_read_receipts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The caller's choice.")] input: SetReadReceiptsInput,
    ) -> Result<SetReadReceiptsPayload> {
        let account = set(context.state()?, context, input.enabled).await?;
        Ok(SetReadReceiptsPayload { account })
    }
}

async fn set(state: &State, context: &Context<'_>, enabled: bool) -> Result<Account, Error> {
    let mut connection = state.pool.get().await?;
    let transaction = connection.transaction().await?;
    let caller = AuthenticatedUser::locked(context, &transaction).await?;
    let mut events = PendingEvents::of(caller.user_id());
    let account = if caller.account.read_receipts == enabled {
        caller.account
    } else {
        let account = users::set_read_receipts(&transaction, caller.user_id(), enabled).await?;
        events.append(&transaction, Change::ProfileUpdated).await?;
        account
    };
    events.commit(transaction, state).await?;
    Ok(account)
}
