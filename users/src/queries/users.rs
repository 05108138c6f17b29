//! `users`: several users at once.

use std::collections::HashMap;

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{Reason, User, UserId};

use crate::{
    db::public_profiles,
    state::{RequestContext, State},
};

/// Maximum number of ids in one query.
const MOST: usize = 100;

#[derive(Default)]
pub(crate) struct UsersById;

#[Object]
impl UsersById {
    /// The users with these ids, in the same order. Null for each id that belongs to no active account.
    #[graphql(complexity = "ids.len() * child_complexity")]
    async fn users(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The ids of at most 100 users.")] ids: Vec<UserId>,
    ) -> Result<Vec<Option<User>>> {
        Caller::of(context)?;
        if ids.len() > MOST {
            return Err(Error::bad_input("ids", Reason::TooMany { max: 100 }).into());
        }
        Ok(users(context.state()?, &ids).await?)
    }
}

async fn users(state: &State, ids: &[UserId]) -> Result<Vec<Option<User>>, Error> {
    let connection = state.pool.get().await?;
    let found = public_profiles::by_id(&connection, ids).await?;
    let found: HashMap<UserId, User> = found.into_iter().map(|user| (user.id, user)).collect();
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}
