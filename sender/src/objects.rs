//! The contract's objects as this service shows them: the shared facts and nothing else. The receiver's objects of the
//! same names have more fields around the same facts.

use async_graphql::SimpleObject;

/// A conversation.
#[derive(SimpleObject)]
pub struct Chat {
    #[graphql(flatten)]
    snapshot: shared_schema::Chat,
}

impl From<shared_schema::Chat> for Chat {
    fn from(snapshot: shared_schema::Chat) -> Self {
        Self { snapshot }
    }
}

/// A message. Everything in it is the same for everyone who may see it.
#[derive(SimpleObject)]
pub struct Message {
    #[graphql(flatten)]
    snapshot: shared_schema::Message,
}

impl From<shared_schema::Message> for Message {
    fn from(snapshot: shared_schema::Message) -> Self {
        Self { snapshot }
    }
}

/// A user who takes part in a chat.
#[derive(SimpleObject)]
pub struct Participant {
    #[graphql(flatten)]
    snapshot: shared_schema::Participant,
}

impl From<shared_schema::Participant> for Participant {
    fn from(snapshot: shared_schema::Participant) -> Self {
        Self { snapshot }
    }
}
