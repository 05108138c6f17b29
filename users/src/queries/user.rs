//! `user`: one user, by id.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{User, UserId};

use crate::{
    db::public_profiles,
    state::{RequestContext, State},
};

#[derive(Default)]
pub(crate) struct UserById;

#[Object]
impl UserById {
    /// The user with this id. Null if there is no active account with it.
    async fn user(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the user.")] id: UserId,
    ) -> Result<Option<User>> {
        Caller::of(context)?;
        Ok(user(context.state()?, id).await?)
    }
}

async fn user(state: &State, id: UserId) -> Result<Option<User>, Error> {
    let connection = state.pool.get().await?;
    Ok(public_profiles::by_id(&connection, &[id]).await?.pop())
}
