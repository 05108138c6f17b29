//! The place of a message in a list of messages of several chats, and how it is written as a cursor.

use std::{fmt, str::FromStr};

use chassis::Error;
use jiff::Timestamp;
use shared_schema::{ChatId, Message, Number};
use uuid::Uuid;

/// A place in a list of messages of several chats that is ordered by time. The times of a chat ascend with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MessagePosition {
    /// When the message was sent.
    pub(crate) at: Timestamp,
    /// The chat, where several have a message of that time.
    pub(crate) chat: ChatId,
    /// The message; [`Number::MAX`] stands for all messages of the chat up to that time.
    pub(crate) number: Number,
}

impl MessagePosition {
    /// Above all messages: where a list begins that has the newest first. With it there is one statement for all pages, and
    /// the index that it follows begins at the position.
    pub(crate) const NEWEST: Self = Self {
        at: Timestamp::MAX,
        chat: ChatId(Uuid::max()),
        number: Number::MAX,
    };

    #[must_use]
    pub(crate) fn of(message: &Message) -> Self {
        Self {
            at: message.created_at.0,
            chat: message.chat_id,
            number: message.number,
        }
    }
}

impl fmt::Display for MessagePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, chat, number } = self;
        write!(f, "{}.{chat}.{number}", at.as_microsecond())
    }
}

impl FromStr for MessagePosition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('.').collect();
        let position = match parts.as_slice() {
            [at, chat, number] => position(at, chat, number),
            _ => None,
        };
        position.ok_or_else(|| Error::bad_request("not a cursor of this list"))
    }
}

fn position(at: &str, chat: &str, number: &str) -> Option<MessagePosition> {
    // Nothing happened here before 1970, and Postgres' time begins later than jiff's.
    let at = Timestamp::from_microsecond(at.parse().ok()?)
        .ok()
        .filter(|&at| at >= Timestamp::UNIX_EPOCH)?;
    Some(MessagePosition {
        at,
        chat: ChatId(Uuid::try_parse(chat).ok()?),
        number: number.parse().ok().filter(|&number| number >= 1)?,
    })
}
