//! The GraphQL schema: its roots and its bounds.

use async_graphql::{EmptySubscription, Schema};
use chassis::graphql::Limits;

use crate::{mutations::Mutation, queries::Query, state::State};

/// The schema of this service.
pub type SenderSchema = Schema<Query, Mutation, EmptySubscription>;

/// Maximum bytes of a string: 5,000 characters of four bytes each, and room for white space that is trimmed.
const MAX_STRING_BYTES: usize = 24 * 1024;

/// Mutations that may append to the feeds of a thousand users: a request may hold one of them.
const CROWD_WEIGHTS: &[(&str, usize)] =
    &[("createChat", 6), ("addParticipants", 6), ("removeChat", 6)];

/// The bounds of one request.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        string_bytes: MAX_STRING_BYTES,
        weights: CROWD_WEIGHTS,
        ..Limits::default()
    }
}

/// The schema, with what its resolvers work with.
pub(crate) fn schema(state: State) -> SenderSchema {
    builder().data(state).finish()
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
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
