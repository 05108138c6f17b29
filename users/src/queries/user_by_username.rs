//! `userByUsername`: one user, by username.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::User;

use crate::{
    accounts::username::Username,
    db::public_profiles,
    state::{RequestContext, State},
};

#[derive(Default)]
pub(crate) struct UserByUsername;

#[Object]
impl UserByUsername {
    /// The user with this username. Null if there is no active account with it.
    async fn user_by_username(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The complete username. Upper-case letters are read as lower case.")]
        username: String,
    ) -> Result<Option<User>> {
        Caller::of(context)?;
        Ok(user(context.state()?, &username).await?)
    }
}

/// A text that is not a valid username belongs to nobody: the answer is null.
async fn user(state: &State, username: &str) -> Result<Option<User>, Error> {
    let connection = state.pool.get().await?;
    public_profiles::by_username(&connection, &Username::folded(username)).await
}
