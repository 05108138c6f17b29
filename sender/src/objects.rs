//! The objects of the contract as this service shows them: the shared fields and no others. The receiver's objects of
//! the same names have additional fields.

use async_graphql::SimpleObject;

/// A chat: a direct, group or public conversation.
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

/// A message. All of its fields are the same for everyone who may read it.
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

/// A participant: the membership of one user in one chat.
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

/// A reaction group: all reactions with one emoji on one message. All of its fields are the same for everyone who may read
/// the message.
#[derive(SimpleObject)]
pub struct ReactionGroup {
    #[graphql(flatten)]
    snapshot: shared_schema::ReactionGroup,
}

impl From<shared_schema::ReactionGroup> for ReactionGroup {
    fn from(snapshot: shared_schema::ReactionGroup) -> Self {
        Self { snapshot }
    }
}
