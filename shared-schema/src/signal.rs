//! Signals: live facts that are never stored.
//!
//! A kind of signal is one entry of the table at the end of this file.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    feed_ref::FeedRef,
    ids::{ChatId, Number, UserId},
    instant::Instant,
};

/// One entry per kind of signal: the feed on whose channel it travels, its name here with what it carries, and its name on
/// the wire.
macro_rules! signals {
    ($(
        $(#[$doc:meta])*
        in $feed:ident: $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)+ } = $kind:literal;
    )+) => {
        /// An ephemeral live fact.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "signal")]
        pub enum Signal {
            $(
                $(#[$doc])*
                #[serde(rename = $kind)]
                $name { $($(#[$field_doc])* $field: $ty,)+ },
            )+

            /// A kind that this build does not know: a newer service published it. There is nothing to do about it.
            #[serde(rename = "UNKNOWN")]
            Unknown,
        }

        impl Signal {
            /// The names of all kinds that this build knows.
            pub const KINDS: &[&str] = &[$($kind),+];

            /// The feed on whose channel it travels; none if this build does not know the kind.
            #[must_use]
            pub fn feed(&self) -> Option<FeedRef> {
                match self {
                    $(Self::$name { $feed, .. } => Some((*$feed).into()),)+
                    Self::Unknown => None,
                }
            }

            /// None if this build cannot read it.
            fn known(mut signal: Value) -> Option<Self> {
                let kind = signal.get_mut("signal")?.take();
                match kind.as_str()? {
                    $($kind => {
                        #[derive(Deserialize)]
                        struct Fields {
                            $($field: $ty,)+
                        }
                        let Fields { $($field),+ } = serde_json::from_value(signal).ok()?;
                        Some(Self::$name { $($field),+ })
                    })+
                    _ => None,
                }
            }
        }
    };
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let signal = Value::deserialize(deserializer)?;
        Ok(Self::known(signal).unwrap_or(Self::Unknown))
    }
}

signals! {
    /// A participant is typing, or has stopped.
    in chat_id: Typing {
        /// The chat.
        chat_id: ChatId,
        /// The participant.
        user_id: UserId,
        /// Forget it at this time unless it is repeated; in the past when they stopped.
        until: Instant,
    } = "TYPING";
    /// Messages have reached a participant, or they have read further.
    in chat_id: ReceiptChanged {
        /// The chat.
        chat_id: ChatId,
        /// The participant.
        user_id: UserId,
        /// Everything up to this number is on a device of theirs.
        delivered_number: Number,
        /// Everything up to this number is read; none of a participant who does not tell.
        read_number: Option<Number>,
    } = "RECEIPT_CHANGED";
}
