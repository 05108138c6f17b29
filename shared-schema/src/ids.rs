//! Typed identifiers. A chat id cannot be passed where a user id is meant.
//!
//! Ids are UUIDv7: ordered by time and made anywhere without a service.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new, time-ordered id.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        // In GraphQL every id is the built-in `ID`; only its parsing is ours.
        impl InputType for $name {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                <ID as InputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as InputType>::create_type_info(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                match value {
                    Some(Value::String(text)) => text
                        .parse()
                        .map_err(|_| InputValueError::custom("an id is a UUID")),
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

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <ID as OutputType>::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                <ID as OutputType>::create_type_info(registry)
            }

            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
    };
}

id! {
    /// A person's account.
    UserId
}
id! {
    /// A signed-in device: one family of refresh tokens.
    SessionId
}
id! {
    /// A conversation.
    ChatId
}
id! {
    /// A message; made by the client, and its idempotency key.
    MessageId
}
id! {
    /// One entry of a feed.
    EventId
}

/// The `prev` of a first event, as clients and cursors write it.
impl EventId {
    /// The id that stands for "no event".
    pub const NIL: Self = Self(Uuid::nil());
}

impl From<MessageId> for EventId {
    /// The event that added a message has the message's id.
    fn from(message: MessageId) -> Self {
        Self(message.0)
    }
}

/// An event's position in its feed: dense, from 1. Zero is the position before the first event.
pub type Seq = i64;

/// A message's ordinal in its chat: dense, from 1. Unread counts are differences of numbers.
pub type Number = i64;
