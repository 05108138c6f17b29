//! One file per subscription. All of them are views of the same feeds, with the same cursors.

pub(crate) mod chat_added;
mod chat_batches;
pub(crate) mod chat_events;
pub(crate) mod chat_updated;
pub(crate) mod inbox;
pub(crate) mod message_added;
pub(crate) mod message_read_updated;
pub(crate) mod message_removed;
pub(crate) mod message_updated;
pub(crate) mod unread_count_updated;

use async_graphql::MergedSubscription;

/// Live events of chats and of the caller's own feed. All subscriptions require a signed-in caller. A subscription to
/// single facts instead of batches ends with a `CONFLICT` if the events since the cursor can no longer be delivered.
#[derive(Default, MergedSubscription)]
pub(crate) struct Subscription(
    inbox::InboxSubscription,
    chat_events::ChatEventsSubscription,
    message_added::MessageAddedSubscription,
    message_updated::MessageUpdatedSubscription,
    message_removed::MessageRemovedSubscription,
    message_read_updated::MessageReadUpdatedSubscription,
    chat_added::ChatAddedSubscription,
    chat_updated::ChatUpdatedSubscription,
    unread_count_updated::UnreadCountUpdatedSubscription,
);
