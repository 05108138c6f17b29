//! The receipt of what a client has seen.

use std::{fmt, str::FromStr};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{EventId, FeedId, Seq};

/// A resume position in one feed: everything up to and including the event `seq` has been seen.
///
/// It carries the event's id as well, so that a history that was replaced (a failover that lost the tail) is noticed
/// instead of spliced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The feed.
    pub feed: FeedId,
    /// The position; zero means before the first event.
    pub seq: Seq,
    /// The id of the event at `seq`; nil at position zero.
    pub event: EventId,
}

/// Version byte, feed, seq, event id.
const ENCODED_BYTES: usize = 1 + 16 + 8 + 16;
const VERSION: u8 = 1;

impl Cursor {
    /// The position before the first event of `feed`.
    #[must_use]
    pub fn start(feed: FeedId) -> Self {
        Self {
            feed,
            seq: 0,
            event: EventId(Uuid::nil()),
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

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; ENCODED_BYTES];
        bytes[0] = VERSION;
        bytes[1..17].copy_from_slice(self.feed.0.as_bytes());
        bytes[17..25].copy_from_slice(&self.seq.to_be_bytes());
        bytes[25..].copy_from_slice(self.event.0.as_bytes());
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| InvalidCursor)?;
        let [VERSION, rest @ ..] = bytes.as_slice() else {
            return Err(InvalidCursor);
        };
        let (feed, rest) = rest.split_first_chunk::<16>().ok_or(InvalidCursor)?;
        let (seq, rest) = rest.split_first_chunk::<8>().ok_or(InvalidCursor)?;
        let event: &[u8; 16] = rest.try_into().map_err(|_| InvalidCursor)?;
        let seq = Seq::from_be_bytes(*seq);
        let event = Uuid::from_bytes(*event);
        if seq < 0 || (seq == 0) != event.is_nil() {
            return Err(InvalidCursor);
        }
        Ok(Self {
            feed: FeedId(Uuid::from_bytes(*feed)),
            seq,
            event: EventId(event),
        })
    }
}

/// An opaque resume position in one feed. Hand back the last one you were given; do not look inside.
#[Scalar]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let cursor = Cursor {
            feed: FeedId::new(),
            seq: 4711,
            event: EventId::new(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let start = Cursor::start(FeedId::new());
        assert_eq!(start.to_string().parse(), Ok(start));
    }

    #[test]
    fn anything_else_is_refused() {
        let cursor = Cursor {
            feed: FeedId::new(),
            seq: 4711,
            event: EventId::new(),
        }
        .to_string();
        let forged_seq = Cursor {
            feed: FeedId::new(),
            seq: -1,
            event: EventId::new(),
        }
        .to_string();
        let half_start = Cursor {
            feed: FeedId::new(),
            seq: 0,
            event: EventId::new(),
        }
        .to_string();
        for text in [
            "",
            "AQ",
            "not base64!",
            &cursor[1..],
            &cursor[..53],
            &forged_seq,
            &half_start,
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
