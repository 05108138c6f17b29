//! An account as its owner sees it.

use async_graphql::SimpleObject;
use shared_schema::User;

/// The caller's own account, including the fields that nobody else may see.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Account {
    /// The public profile, which everyone may see.
    pub(crate) user: User,
    /// The e-mail address, with which the user can sign in.
    pub(crate) email: String,
    /// The version of the profile; it grows with every change. Pass it to `updateProfile`, so that a change made on
    /// another device in the meantime is detected.
    pub(crate) version: i32,
    /// Whether others learn what the user has read, and the user what they have: `setReadReceipts`.
    pub(crate) read_receipts: bool,
}
