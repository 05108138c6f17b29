//! The fields of reactions that all services share.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// The shared fields of a reaction group: all reactions with one emoji on one message. They are the same for everyone who
/// may read the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "ReactionGroupFacts")]
pub struct ReactionGroup {
    /// The emoji, without a skin tone.
    pub emoji: String,
    /// The number of users who have this reaction. 0 once the last one has been removed.
    pub count: i32,
    /// The group's place among those of the message: show them in ascending order. A group keeps its place until its last
    /// reaction is removed.
    pub position: i32,
    /// The ids of the users who added this reaction last, newest first: at most five.
    pub last_user_ids: Vec<UserId>,
}

impl ReactionGroup {
    /// Maximum length of [`Self::last_user_ids`].
    pub const MAX_LAST_USERS: usize = 5;
}
