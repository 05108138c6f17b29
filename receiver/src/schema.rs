//! The GraphQL schema: its roots and its bounds.

use async_graphql::{EmptyMutation, Schema};
use chassis::graphql::Limits;

use crate::{
    objects::{
        chat::ChatConnection, followed_thread::FollowedThreadConnection,
        message::MessageConnection, message_revision::MessageRevisionConnection,
        participant::ParticipantConnection, pinned_message::PinnedMessageConnection,
        reaction::ReactionConnection, receipt::ReceiptConnection,
    },
    queries::{Query, mentions::MentionConnection},
    state::State,
    subscriptions::Subscription,
};

/// The receiver's schema.
pub(crate) type ReceiverSchema = Schema<Query, EmptyMutation, Subscription>;

/// Maximum complexity of one document. The largest documents that clients need are a chat list with newest messages and
/// first participants, and a page of a hundred messages with their senders and reactions; both stay below this.
#[must_use]
pub(crate) fn limits() -> Limits {
    Limits {
        complexity: 7_500,
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
        .override_output_type_description::<MentionConnection>(
            "A page of messages that mention the caller.",
        )
        .override_output_type_description::<ParticipantConnection>("A page of participants.")
        .override_output_type_description::<ReactionConnection>("A page of reactions.")
        .override_output_type_description::<MessageRevisionConnection>(
            "A page of the texts of a message.",
        )
        .override_output_type_description::<ReceiptConnection>("A page of receipts of a message.")
        .override_output_type_description::<FollowedThreadConnection>(
            "A page of threads that the caller follows.",
        )
        .override_output_type_description::<PinnedMessageConnection>("A page of pinned messages.")
}

/// The schema, with what its resolvers work with.
#[must_use]
pub(crate) fn schema(state: State) -> ReceiverSchema {
    builder().data(state).finish()
}

/// The same, and it counts every value of an answer.
#[must_use]
pub(crate) fn counting_schema(state: State) -> ReceiverSchema {
    limits().count(builder().data(state)).finish()
}

/// The schema as text: the committed `shared-schema/receiver.graphql`.
#[must_use]
pub fn sdl() -> String {
    chassis::graphql::sdl(&builder().finish())
}
