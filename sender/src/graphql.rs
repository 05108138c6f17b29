//! The schema, and the objects that several mutations answer with.

mod objects;

use async_graphql::{EmptySubscription, Schema};
use chassis::graphql::Limits;

pub use objects::{Chat, Message, Participant};

use crate::{mutations::Mutation, queries::Query};

/// The schema of this service.
pub type SenderSchema = Schema<Query, Mutation, EmptySubscription>;

/// 5,000 characters of four bytes each, and room for the space that is trimmed away.
const STRING_BYTES: usize = 24 * 1024;

/// What may write to the feeds of up to a thousand people: once in a request.
const CROWDS: &[(&str, usize)] = &[("createChat", 6), ("addParticipants", 6), ("removeChat", 6)];

/// The bounds of one request.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        string_bytes: STRING_BYTES,
        weights: CROWDS,
        ..Limits::default()
    }
}

/// The schema without the data that its resolvers need.
pub(crate) fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    limits().apply(Schema::build(
        Query::default(),
        Mutation::default(),
        EmptySubscription,
    ))
}

/// The schema as text: what `shared-schema/sender.graphql` holds.
#[must_use]
pub fn sdl() -> String {
    chassis::graphql::sdl(&builder().finish())
}
