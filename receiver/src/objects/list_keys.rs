//! How places in lists of chats and of participants are written as cursors.

use std::{fmt, str::FromStr};

use chassis::Error;
use jiff::Timestamp;
use shared_schema::{ChatId, UserId};

use crate::db::{chats::ActivityKey, participants::JoiningKey};

impl fmt::Display for ActivityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_microsecond(), self.chat)
    }
}

impl FromStr for ActivityKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parts(text, |at, chat| {
            // Nothing happened here before 1970, and Postgres' time begins later than jiff's.
            let at = Timestamp::from_microsecond(at)
                .ok()
                .filter(|&at| at >= Timestamp::UNIX_EPOCH)?;
            Some(Self {
                at,
                chat: ChatId(chat),
            })
        })
    }
}

impl fmt::Display for JoiningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.joined_seq, self.user)
    }
}

impl FromStr for JoiningKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parts(text, |joined_seq, user| {
            Some(Self {
                joined_seq,
                user: UserId(user),
            })
        })
    }
}

/// Reads `number.uuid`.
fn parts<K>(text: &str, key: impl FnOnce(i64, uuid::Uuid) -> Option<K>) -> Result<K, Error> {
    text.split_once('.')
        .and_then(|(number, id)| key(number.parse().ok()?, uuid::Uuid::try_parse(id).ok()?))
        .ok_or_else(|| Error::bad_request("not a cursor of this list"))
}
