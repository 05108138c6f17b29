//! What the caller has not read.

use async_graphql::{Context, Object, Result};
use chassis::Caller;

use crate::{databases::read_at_least::read_at_least, db, objects::unread_count::UnreadCount};

/// Maximum number of chats in one answer.
const MAX_CHATS: i64 = 1_000;

/// `Query.unreadCounts`.
#[derive(Default)]
pub(crate) struct UnreadCounts;

#[Object]
impl UnreadCounts {
    /// The unread counts of all chats in which the caller has unread messages, for at most 1,000 chats. Removed
    /// messages and own replies in threads do not count as unread.
    async fn unread_counts(&self, context: &Context<'_>) -> Result<Vec<UnreadCount>> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let rows = read_at_least(context, caller, None, |database| async move {
            let rows = db::chats::unread(&database.pool, user, None, MAX_CHATS).await?;
            // A replica that does not know the caller yet does not know their chats, either.
            let is_known = !rows.is_empty()
                || !db::feeds::heads(&database.pool, &[user.into()])
                    .await?
                    .is_empty();
            Ok(is_known.then_some(rows))
        });
        let rows = rows.await?.unwrap_or_default();
        Ok(rows.into_iter().map(UnreadCount::from).collect())
    }
}
