//! `me`: the caller's own account.

use async_graphql::{Context, Object, Result};

use crate::{account::Account, app::State, signed_in::SignedIn};

#[derive(Default)]
pub(crate) struct Me;

#[Object]
impl Me {
    /// The signed-in person's own account.
    async fn me(&self, context: &Context<'_>) -> Result<Account> {
        let connection = State::of(context)?.pool.get().await?;
        Ok(SignedIn::of(context, &connection).await?.account)
    }
}
