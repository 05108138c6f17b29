//! The GraphQL schema: every operation of `queries/` and `mutations/`, and what they work with.

use async_graphql::{EmptySubscription, MergedObject, Schema, SchemaBuilder};
use chassis::graphql::Limits;

use crate::{
    mutations::{
        account::{
            change_username::ChangeUsername, deactivate_user::DeactivateUser, register::Register,
            set_read_receipts::SetReadReceipts, update_profile::UpdateProfile,
        },
        password::change_password::ChangePassword,
        sessions::{
            login::Login, logout::Logout, refresh_session::RefreshSession,
            revoke_session::RevokeSession,
        },
    },
    queries::{
        me::Me, search_users::SearchUsers, sessions::Sessions, user::UserById,
        user_by_username::UserByUsername, users::UsersById,
    },
    state::State,
};

/// Queries about accounts, sessions and profiles.
#[derive(MergedObject, Default)]
pub(crate) struct Query(
    Me,
    UserById,
    UserByUsername,
    UsersById,
    SearchUsers,
    Sessions,
);

/// Changes to the caller's account, profile and sessions.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    Register,
    Login,
    RefreshSession,
    Logout,
    RevokeSession,
    UpdateProfile,
    SetReadReceipts,
    ChangeUsername,
    ChangePassword,
    DeactivateUser,
);

/// Operations that check or change credentials. A request may make only one attempt: the weight of two exceeds the
/// limit.
const CREDENTIAL_WEIGHTS: &[(&str, usize)] = &[
    ("register", 6),
    ("login", 6),
    ("refreshSession", 6),
    ("changePassword", 6),
    ("changeUsername", 6),
    ("deactivateUser", 6),
];

/// The bounds of one request.
#[must_use]
pub(crate) fn limits() -> Limits {
    Limits {
        weights: CREDENTIAL_WEIGHTS,
        ..Limits::default()
    }
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    limits().apply(Schema::build(
        Query::default(),
        Mutation::default(),
        EmptySubscription,
    ))
}

pub(crate) fn schema(state: State) -> Schema<Query, Mutation, EmptySubscription> {
    builder().data(state).finish()
}

/// The schema as text, as committed in `shared-schema/users.graphql`.
#[must_use]
pub fn sdl() -> String {
    chassis::graphql::sdl(&builder().finish())
}
