//! Participants, with their profiles.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};

use shared_schema::User;

use crate::state::RequestContext;

/// A list of participants.
pub(crate) type ParticipantConnection = Connection<String, Participant, EmptyFields, EmptyFields>;

/// A participant: the membership of one user in one chat.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Participant {
    #[graphql(flatten)]
    facts: shared_schema::Participant,
}

impl From<shared_schema::Participant> for Participant {
    fn from(facts: shared_schema::Participant) -> Self {
        Self { facts }
    }
}

#[ComplexObject]
impl Participant {
    /// The participant's current public profile. Null if the account no longer exists.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.facts.user_id).await?)
    }
}
