//! The schema: its roots and the objects that queries and subscriptions share.

use async_graphql::{EmptyMutation, MergedObject, MergedSubscription, Schema};
use chassis::graphql::Limits;

use crate::{
    databases::read_target::Sources,
    live::feeds::hub::Hub,
    objects::{
        chat::{ChatConnection, ParticipantConnection},
        message::MessageConnection,
    },
    queries, subscriptions,
};

/// All queries.
#[derive(Default, MergedObject)]
pub struct Query(
    queries::chats::Chats,
    queries::public_chats::PublicChats,
    queries::chat::ChatById,
    queries::messages::Messages,
    queries::message::MessageById,
    queries::unread_counts::UnreadCounts,
    queries::feed::FeedPage,
);

/// All subscriptions.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    subscriptions::inbox::InboxSubscription,
    subscriptions::chat_events::ChatEventsSubscription,
    subscriptions::message_added::MessageAddedSubscription,
    subscriptions::message_updated::MessageUpdatedSubscription,
    subscriptions::message_removed::MessageRemovedSubscription,
    subscriptions::message_read_updated::MessageReadUpdatedSubscription,
    subscriptions::chat_added::ChatAddedSubscription,
    subscriptions::chat_updated::ChatUpdatedSubscription,
    subscriptions::unread_count_updated::UnreadCountUpdatedSubscription,
);

/// The receiver's schema.
pub type ReceiverSchema = Schema<Query, EmptyMutation, Subscription>;

/// What one document may cost. A chat list with its newest messages and first participants, and a page of a hundred
/// messages with their senders, are what clients ask for at most; both stay below this.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        complexity: 5_000,
        ..Limits::default()
    }
}

/// The schema without its data: enough to print the SDL.
fn builder() -> async_graphql::SchemaBuilder<Query, EmptyMutation, Subscription> {
    let schema = Schema::build(Query::default(), EmptyMutation, Subscription::default());
    // The library's generic connections have no description of their own.
    limits()
        .apply(schema)
        .override_output_type_description::<ChatConnection>("A page of chats.")
        .override_output_type_description::<MessageConnection>("A page of messages.")
        .override_output_type_description::<ParticipantConnection>("A page of participants.")
}

/// The schema, reading from `sources` and following feeds in `hub`.
#[must_use]
pub fn schema(sources: &Sources, hub: &Hub) -> ReceiverSchema {
    builder().data(sources.clone()).data(hub.clone()).finish()
}

/// The same, and it counts every value of an answer.
#[must_use]
pub fn counting_schema(sources: &Sources, hub: &Hub) -> ReceiverSchema {
    let schema = builder().data(sources.clone()).data(hub.clone());
    limits().count(schema).finish()
}

/// The schema as text: the committed `shared-schema/receiver.graphql`.
#[must_use]
pub fn sdl() -> String {
    chassis::graphql::sdl(&builder().finish())
}
