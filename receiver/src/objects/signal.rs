//! Signals: live facts that are no events.

use async_graphql::{SimpleObject, Union};
use shared_schema::{ChatId, Instant, Number, UserId};

/// A live fact about a chat that is not part of its history. Best effort, and never replayed.
#[derive(Clone, Debug, Union)]
pub(crate) enum Signal {
    /// Someone is typing.
    Typing(Typing),
    /// Someone has read further.
    ReadMark(ReadMark),
}

/// Someone is typing in a chat, or has stopped.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Typing {
    /// The chat.
    chat_id: ChatId,
    /// Who.
    user_id: UserId,
    /// Show it until then, unless it is repeated. In the past when they stopped.
    until: Instant,
}

/// How far someone has read in a chat. It only grows.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReadMark {
    /// The chat.
    pub(crate) chat_id: ChatId,
    /// Who.
    pub(crate) user_id: UserId,
    /// They have read every message up to and including this number.
    pub(crate) last_read_number: Number,
}

impl From<shared_schema::Signal> for Signal {
    fn from(signal: shared_schema::Signal) -> Self {
        match signal {
            shared_schema::Signal::Typing {
                chat_id,
                user_id,
                until,
            } => Self::Typing(Typing {
                chat_id,
                user_id,
                until,
            }),
            shared_schema::Signal::ReadMark {
                chat_id,
                user_id,
                last_read_number,
            } => Self::ReadMark(ReadMark {
                chat_id,
                user_id,
                last_read_number,
            }),
        }
    }
}
