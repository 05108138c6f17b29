//! Mentions: the places of a text that name a participant.

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use shared_schema::User;

use crate::state::RequestContext;

/// A place in the text of a message that mentions a participant.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Mention {
    #[graphql(flatten)]
    facts: shared_schema::Mention,
}

impl From<shared_schema::Mention> for Mention {
    fn from(facts: shared_schema::Mention) -> Self {
        Self { facts }
    }
}

#[ComplexObject]
impl Mention {
    /// The mentioned user's current public profile. Null if the account no longer exists.
    #[graphql(cache_control(max_age = 1))] // A person is no part of the chat's history.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.facts.user_id).await?)
    }
}
