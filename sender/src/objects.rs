//! The objects of the contract as this service shows them: the shared fields and no others. The receiver's objects of
//! the same names have additional fields.

use async_graphql::SimpleObject;
use shared_schema::{ChatId, MessageId, Number};

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

/// Where the caller stands with a thread.
#[derive(SimpleObject)]
pub struct ViewerThread {
    /// The id of the chat.
    pub chat_id: ChatId,
    /// The id of the message whose thread it is.
    pub root_id: MessageId,
    /// Whether the caller follows the thread.
    pub following: bool,
    /// The caller's read mark in the thread: they have read every reply up to and including this number. Where their read mark
    /// in the chat is further, the thread is read up to there.
    pub last_read_number: Number,
}
