//! A message's facts.

use async_graphql::{ComplexObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    cursor::Cursor,
    ids::{ChatId, MessageId, Number, Seq, UserId},
    instant::Instant,
};

/// A message. These facts are the same for everyone who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "MessageFacts", complex)]
pub struct Message {
    /// The message's id, made by the client that sent it: sending the same id again has the same result.
    pub id: MessageId,
    /// The chat it stands in.
    pub chat_id: ChatId,
    /// Its ordinal among the chat's messages: 1, 2, 3 and so on without holes.
    pub number: Number,
    /// The position in the chat's feed of the event that added it.
    pub seq: Seq,
    /// Grows by one with every edit and with the removal. Of two copies, the one with the higher revision is newer.
    pub revision: i32,
    /// Who sent it.
    pub sender_id: UserId,
    /// The sender's username at that time.
    pub sender_username: String,
    /// The text, 1 to 5,000 characters. Null once the message has been removed.
    pub content: Option<String>,
    /// The message in the same chat that this one answers.
    pub reply_to_id: Option<MessageId>,
    /// When it was sent.
    pub created_at: Instant,
    /// When it was last edited.
    pub edited_at: Option<Instant>,
    /// When it was removed; it keeps its place and loses its content.
    pub removed_at: Option<Instant>,
}

#[ComplexObject]
impl Message {
    /// The position in the chat's feed right after the event that added this message: resume from here.
    async fn cursor(&self) -> Cursor {
        self.position()
    }
}

impl Message {
    /// The cursor right after the event that added this message.
    #[must_use]
    pub fn position(&self) -> Cursor {
        Cursor {
            feed: self.chat_id.into(),
            seq: self.seq,
            event: self.id.into(),
        }
    }
}
