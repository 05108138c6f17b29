//! How a place in a search is written as a cursor.

use std::{fmt, str::FromStr};

use chassis::Error;
use jiff::Timestamp;
use shared_schema::ChatId;
use uuid::Uuid;

use crate::db::message_search::Position;

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, chat, number } = self;
        write!(f, "{}.{chat}.{number}", at.as_microsecond())
    }
}

impl FromStr for Position {
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

fn position(at: &str, chat: &str, number: &str) -> Option<Position> {
    // Nothing happened here before 1970, and Postgres' time begins later than jiff's.
    let at = Timestamp::from_microsecond(at.parse().ok()?)
        .ok()
        .filter(|&at| at >= Timestamp::UNIX_EPOCH)?;
    Some(Position {
        at,
        chat: ChatId(Uuid::try_parse(chat).ok()?),
        number: number.parse().ok().filter(|&number| number >= 1)?,
    })
}
