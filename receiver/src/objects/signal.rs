//! Signals: live facts that are no events. One entry of the table per kind.

use async_graphql::{SimpleObject, Union};
use shared_schema::{ChatId, Instant, Number, UserId};

/// One entry per kind of signal: its type, with the fields that it has in `shared_schema::Signal`.
macro_rules! signals {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty,)+ }
    )+) => {
        /// Live information about a chat that is not part of its history. Delivery is best effort, and signals are
        /// never replayed.
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
    /// A participant is typing in a chat, or has stopped.
    Typing {
        /// The id of the chat.
        chat_id: ChatId,
        /// The id of the user who is typing.
        user_id: UserId,
        /// Show the user as typing until this time, unless the signal is repeated. A time in the past means that they
        /// have stopped.
        until: Instant,
    }
    /// Messages have reached a participant, or a participant has read further. Both marks only grow. Delivered at most about
    /// once a second.
    ReceiptChanged {
        /// The id of the chat.
        chat_id: ChatId,
        /// The id of the participant.
        user_id: UserId,
        /// Every message up to and including this number is on a device of the participant. Never below their read mark.
        delivered_number: Number,
        /// The participant has read every message up to and including this number. Null if the participant does not tell, or if
        /// the caller does not.
        read_number: Option<Number>,
    }
}
