//! `me`: the caller's own account.

use async_graphql::{Context, Object, Result};

use crate::{
    accounts::account::Account, sessions::authenticated::AuthenticatedUser, state::RequestContext,
};

#[derive(Default)]
pub(crate) struct Me;

#[Object]
impl Me {
    /// The caller's own account.
    async fn me(&self, context: &Context<'_>) -> Result<Account> {
        let connection = context.state()?.pool.get().await?;
        Ok(AuthenticatedUser::of(context, &connection).await?.account)
    }
}
