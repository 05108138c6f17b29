//! A person, as others see them.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

use crate::{ids::UserId, instant::Instant};

/// A person's public profile. Nothing in it is private, so it may be shown to anyone who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct User {
    /// The account's id; never changes.
    pub id: UserId,
    /// The unique name people sign in with and find each other by: 3 to 50 of `a-z`, `0-9`, `_`, `-`. May change.
    pub username: String,
    /// The name to show, 1 to 100 characters.
    pub display_name: String,
    /// A few words about this person, at most 500 characters; empty if they wrote none.
    pub about: String,
    /// When the account was made.
    pub created_at: Instant,
}
