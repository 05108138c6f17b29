//! The fields of a message that all services share.

use async_graphql::{ComplexObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::{
    cursor::Cursor,
    ids::{ChatId, MessageId, Number, Seq, UserId},
    instant::Instant,
};

/// The shared fields of a message. They are the same for everyone who may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "MessageFacts", complex)]
pub struct Message {
    /// The id of the message. Clients can generate it themselves and use it as the idempotency key of `createMessage`.
    pub id: MessageId,
    /// The id of the chat that the message belongs to.
    pub chat_id: ChatId,
    /// The message's sequential number in its chat: 1, 2, 3 and so on without gaps.
    pub number: Number,
    /// The position in the chat's feed of the event that added the message.
    pub seq: Seq,
    /// The number of changes: it grows by one with every edit and with the removal. Of two copies of a message, the one
    /// with the higher revision is newer.
    pub revision: i32,
    /// The id of the user who sent the message.
    pub sender_id: UserId,
    /// The sender's username at the time of sending.
    pub sender_username: String,
    /// The text: 1 to 5,000 characters. Null once the message has been removed.
    pub content: Option<String>,
    /// The id of the message in the same chat that this message replies to. Null if it is not a reply.
    pub reply_to_id: Option<MessageId>,
    /// The id of the message whose thread this message is a reply in. Null if it is not a reply in a thread. That message is
    /// never a reply in a thread itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root_id: Option<MessageId>,
    /// Which reply of its thread this message is: 1, 2, 3 and so on without gaps. Once it has been added, the thread has so
    /// many replies. Null if it is not a reply in a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_ordinal: Option<i32>,
    /// Whether the text mentions all participants, by `@all`. False once the message has been removed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mentions_all: bool,
    /// The number of people whom the text mentions by name. Only if it is above zero, there is something to read about them.
    #[graphql(skip)]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub mention_count: i16,
    /// When the message was sent.
    pub created_at: Instant,
    /// When the message was last edited. Null if it never was.
    pub edited_at: Option<Instant>,
    /// When the message was removed. A removed message keeps its number and loses its content. Null if it has not been
    /// removed.
    pub removed_at: Option<Instant>,
}

#[ComplexObject]
impl Message {
    /// The position in the chat's feed right after the event that added the message. Resume a subscription from here.
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

// What a field that is skipped at its default is compared with: serde hands it over by reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &i16) -> bool {
    *value == 0
}
