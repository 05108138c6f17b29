//! An account as its owner sees it.

use async_graphql::SimpleObject;
use shared_schema::User;

/// The signed-in person's own account, with what nobody else may see.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Account {
    /// What everyone sees.
    pub(crate) user: User,
    /// The address to sign in with.
    pub(crate) email: String,
    /// Grows with every change of the profile. Hand it back with `updateProfile`, so that a change made on another
    /// device in the meantime is noticed.
    pub(crate) version: i32,
}
