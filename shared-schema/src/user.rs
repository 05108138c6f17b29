//! A user as other users see them.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

use crate::{ids::UserId, instant::Instant};

/// The public profile of a user. It holds nothing private: anyone who is signed in may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct User {
    /// The id of the account. It never changes.
    pub id: UserId,
    /// The unique name that the user signs in with and is found by: 3 to 50 of the characters `a-z`, `0-9`, `_` and
    /// `-`. It may change.
    pub username: String,
    /// The display name: 1 to 100 characters.
    pub display_name: String,
    /// A self-description of at most 500 characters; may be empty.
    pub about: String,
    /// When the account was created.
    pub created_at: Instant,
}
