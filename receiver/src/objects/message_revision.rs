//! What a message says, and what it said before it was edited.

use async_graphql::{
    SimpleObject,
    connection::{Connection, EmptyFields},
};
use shared_schema::Instant;

use crate::db::message_revisions::RevisionRow;

/// A list of the texts of a message.
pub(crate) type MessageRevisionConnection =
    Connection<String, MessageRevision, EmptyFields, EmptyFields>;

/// A text that a message has, or had until it was edited. All fields are the same for everyone who may read the message.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MessageRevision {
    /// Which revision of the message has this text. They have no gaps.
    revision: i32,
    /// The text. Whom an earlier text mentioned is not kept: it is text only.
    content: String,
    /// When the message was sent with this text, or edited to have it.
    created_at: Instant,
}

impl From<RevisionRow> for MessageRevision {
    fn from(row: RevisionRow) -> Self {
        Self {
            revision: row.revision,
            content: row.content,
            created_at: row.created_at,
        }
    }
}
