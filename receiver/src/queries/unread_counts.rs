//! What the caller has not read.

use async_graphql::{Context, Object, Result};
use chassis::Caller;

use crate::{db, graphql::UnreadCount, sources::caught_up};

/// Chats counted at the most.
const MAX_CHATS: i64 = 1_000;

/// `Query.unreadCounts`.
#[derive(Default)]
pub struct UnreadCounts;

#[Object]
impl UnreadCounts {
    /// The chats in which you have unread messages, and how many; at most 1,000 chats.
    async fn unread_counts(&self, context: &Context<'_>) -> Result<Vec<UnreadCount>> {
        let caller = Caller::of(context)?;
        let pool = caught_up(context, caller, None).await?;
        let rows = db::chats::unread(pool, caller.user_id, None, MAX_CHATS).await?;
        Ok(rows.into_iter().map(UnreadCount::from).collect())
    }
}
