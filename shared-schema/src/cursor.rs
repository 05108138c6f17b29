//! Cursors: positions in a feed from which a client resumes.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, registry::Registry,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    feed_ref::FeedRef,
    ids::{ChatId, EventId, Seq, UserId},
};

/// A resume position in one feed: everything up to and including the event `seq` has been seen.
///
/// It carries the event's id as well, so that a history that was replaced (a failover that lost the tail) is noticed
/// instead of spliced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The feed.
    pub feed: FeedRef,
    /// The position; zero means before the first event.
    pub seq: Seq,
    /// The id of the event at `seq`; nil at position zero.
    pub event: EventId,
}

/// A cursor as a client hands it in. Those of version 1, which clients may have kept for long, do not say whether their
/// feed is that of a chat or of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientCursor {
    feed: AnyFeed,
    seq: Seq,
    event: EventId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum AnyFeed {
    Known(FeedRef),
    Id(Uuid),
}

/// The feed's id, seq, event id.
const POSITION_BYTES: usize = 16 + 8 + 16;
/// Version byte, what the feed is of, position.
const MAX_ENCODED_BYTES: usize = 1 + 1 + POSITION_BYTES;

/// The version of cursors without what the feed is of: version byte, position. Read and no longer written.
const VERSION_1: u8 = 1;
const VERSION: u8 = 2;

const CHAT: u8 = 1;
const USER: u8 = 2;

impl Cursor {
    /// The position before the first event of a feed.
    #[must_use]
    pub fn start(feed: impl Into<FeedRef>) -> Self {
        Self {
            feed: feed.into(),
            seq: 0,
            event: EventId::NIL,
        }
    }
}

impl ClientCursor {
    /// The position, as far as `user` can have been given it: in their own feed, or in that of a chat.
    #[must_use]
    pub fn of(self, user: UserId) -> Cursor {
        Cursor {
            feed: match self.feed {
                AnyFeed::Known(feed) => feed,
                AnyFeed::Id(id) => FeedRef::known_to(user, id),
            },
            seq: self.seq,
            event: self.event,
        }
    }
}

/// The text is not a cursor that this API has handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCursor;

impl fmt::Display for InvalidCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a cursor of this API")
    }
}

impl std::error::Error for InvalidCursor {}

impl From<Cursor> for ClientCursor {
    fn from(cursor: Cursor) -> Self {
        Self {
            feed: AnyFeed::Known(cursor.feed),
            seq: cursor.seq,
            event: cursor.event,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ClientCursor::from(*self).fmt(f)
    }
}

/// As it was handed out.
impl fmt::Display for ClientCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; MAX_ENCODED_BYTES];
        let (header, id): (&[u8], Uuid) = match self.feed {
            AnyFeed::Id(id) => (&[VERSION_1], id),
            AnyFeed::Known(FeedRef::Chat(chat)) => (&[VERSION, CHAT], chat.0),
            AnyFeed::Known(FeedRef::User(user)) => (&[VERSION, USER], user.0),
        };
        let (start, position) = bytes.split_at_mut(header.len());
        start.copy_from_slice(header);
        position[..16].copy_from_slice(id.as_bytes());
        position[16..24].copy_from_slice(&self.seq.to_be_bytes());
        position[24..POSITION_BYTES].copy_from_slice(self.event.0.as_bytes());
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(&bytes[..header.len() + POSITION_BYTES]))
    }
}

impl FromStr for ClientCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| InvalidCursor)?;
        let (feed, position): (fn(Uuid) -> AnyFeed, &[u8]) = match bytes.as_slice() {
            [VERSION_1, position @ ..] => (AnyFeed::Id, position),
            [VERSION, CHAT, position @ ..] => (|id| AnyFeed::Known(ChatId(id).into()), position),
            [VERSION, USER, position @ ..] => (|id| AnyFeed::Known(UserId(id).into()), position),
            _ => return Err(InvalidCursor),
        };
        let position: &[u8; POSITION_BYTES] = position.try_into().map_err(|_| InvalidCursor)?;
        let (id, rest) = position.split_first_chunk::<16>().ok_or(InvalidCursor)?;
        let (seq, event) = rest.split_first_chunk::<8>().ok_or(InvalidCursor)?;
        let seq = Seq::from_be_bytes(*seq);
        let event = Uuid::from_slice(event).map_err(|_| InvalidCursor)?;
        if seq < 0 || (seq == 0) != event.is_nil() {
            return Err(InvalidCursor);
        }
        Ok(Self {
            feed: feed(Uuid::from_bytes(*id)),
            seq,
            event: EventId(event),
        })
    }
}

/// Reads what [`Cursor`] writes, and no earlier version.
impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let ClientCursor { feed, seq, event } = text.parse()?;
        match feed {
            AnyFeed::Known(feed) => Ok(Self { feed, seq, event }),
            AnyFeed::Id(_) => Err(InvalidCursor),
        }
    }
}

/// An opaque position in one feed, from which a client can resume. Pass back the last cursor that you received; do not
/// parse it.
#[Scalar(name = "Cursor")]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => text.parse().map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

// The same scalar, as an argument.
impl InputType for ClientCursor {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <Cursor as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Cursor as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => text.parse().map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other.unwrap_or_default())),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the release before this one, which wrote version 1, gave to clients.
    const CHAT_OF_VERSION_1: &str = "AQGJCl2slndLvM6zAgmagFcAAAAAAAASZwGJCl2slndLvM6zAgmagFg";
    const CHAT: ChatId = ChatId(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057));
    const ME: UserId = UserId(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8060));

    fn at(feed: impl Into<FeedRef>, seq: Seq) -> Cursor {
        Cursor {
            feed: feed.into(),
            seq,
            event: EventId(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8058)),
        }
    }

    fn version_1(cursor: Cursor) -> String {
        let feed = AnyFeed::Id(cursor.feed.id());
        ClientCursor {
            feed,
            ..cursor.into()
        }
        .to_string()
    }

    #[test]
    fn a_cursor_survives_the_round_trip_with_what_its_feed_is_of() {
        for cursor in [
            at(CHAT, 4711),
            at(ME, 4711),
            Cursor::start(CHAT),
            Cursor::start(ME),
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
            let given: ClientCursor = cursor.to_string().parse().unwrap();
            // The id of whoever hands it in changes nothing.
            assert_eq!(given.of(UserId(cursor.feed.id())), cursor);
            assert_eq!(given.to_string(), cursor.to_string());
        }
    }

    #[test]
    fn a_cursor_of_version_1_is_of_ones_own_feed_or_of_a_chats() {
        let given: ClientCursor = CHAT_OF_VERSION_1.parse().unwrap();
        assert_eq!(given.of(ME), at(CHAT, 4711));
        assert_eq!(given.to_string(), CHAT_OF_VERSION_1);
        assert_eq!(version_1(at(CHAT, 4711)), CHAT_OF_VERSION_1);
        let own: ClientCursor = version_1(at(ME, 3)).parse().unwrap();
        assert_eq!(own.of(ME), at(ME, 3));
        assert_ne!(own.of(UserId::new()), at(ME, 3));
        let start: ClientCursor = version_1(Cursor::start(CHAT)).parse().unwrap();
        assert_eq!(start.of(ME), Cursor::start(CHAT));
    }

    #[test]
    fn anything_else_is_refused() {
        let cursor = at(CHAT, 4711).to_string();
        let of_nothing = {
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            bytes[1] = 9;
            BASE64_URL_SAFE_NO_PAD.encode(bytes)
        };
        for text in [
            "",
            "AQ",
            "Ag",
            "not base64!",
            &cursor[1..],
            &cursor[..55],
            &CHAT_OF_VERSION_1[..53],
            &at(CHAT, -1).to_string(),
            &at(CHAT, 0).to_string(),
            &version_1(at(CHAT, -1)),
            &version_1(at(CHAT, 0)),
            &of_nothing,
        ] {
            assert_eq!(text.parse::<ClientCursor>(), Err(InvalidCursor), "{text}");
        }
        assert_eq!(CHAT_OF_VERSION_1.parse::<Cursor>(), Err(InvalidCursor));
    }
}
