//! Signals: live facts that are no events. One entry of the table per kind.

use async_graphql::{SimpleObject, Union};
use shared_schema::{ChatId, Instant, Number, UserId};

/// One entry per kind of signal: its type, with the fields that it has in `shared_schema::Signal`.
macro_rules! signals {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)+ }
    )+) => {
        /// A live fact about a chat that is not part of its history. Best effort, and never replayed.
        #[derive(Clone, Debug, Union)]
        pub(crate) enum Signal {
            $($(#[$doc])* $name($name),)+
        }

        impl Signal {
            /// The signal as clients see it. None for a kind that this build does not know.
            #[must_use]
            pub(crate) fn of(signal: shared_schema::Signal) -> Option<Self> {
                match signal {
                    $(shared_schema::Signal::$name { $($field),+ } => Some(Self::$name($name { $($field),+ })),)+
                    shared_schema::Signal::Unknown => None,
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Debug, SimpleObject)]
            pub(crate) struct $name {
                $($(#[$field_doc])* $field: $ty,)+
            }
        )+
    };
}

signals! {
    /// Someone is typing in a chat, or has stopped.
    Typing {
        /// The chat.
        chat_id: ChatId,
        /// Who.
        user_id: UserId,
        /// Show it until then, unless it is repeated. In the past when they stopped.
        until: Instant,
    }
    /// How far someone has read in a chat. It only grows.
    ReadMark {
        /// The chat.
        chat_id: ChatId,
        /// Who.
        user_id: UserId,
        /// They have read every message up to and including this number.
        last_read_number: Number,
    }
}
