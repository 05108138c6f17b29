//! The threads that the caller follows.

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error};
use shared_schema::ClientCursor;

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, message_position::MessagePosition, thread_follows::FollowedRange},
    objects::{
        followed_thread::{FollowedThread, FollowedThreadConnection},
        pagination::{MAX_PAGE_TEXT_BYTES, PageArgs, page_cost},
    },
};

/// `Query.followedThreads`.
#[derive(Default)]
pub(crate) struct FollowedThreads;

#[Object]
impl FollowedThreads {
    /// The threads that the caller follows in the chats in which they are a participant, newest reply first. A page holds at
    /// most about 128 KiB of text of their roots, so it may have fewer threads than requested.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn followed_threads(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Return only threads with unread replies.", default)] unread_only: bool,
        #[graphql(desc = "The number of threads to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<FollowedThreadConnection> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        let range = args.range::<MessagePosition>()?;
        let wanted = FollowedRange {
            unread_only,
            after: range.after,
            limit: range.limit(),
            text: MAX_PAGE_TEXT_BYTES,
        };
        let followed = read_at_least(context, caller, at_least, |database| async move {
            let followed = db::thread_follows::of_user(&database.pool, user, wanted).await?;
            // A replica that does not know the caller yet does not know their threads, either.
            let is_known = !followed.items.is_empty()
                || !db::feeds::heads(&database.pool, &[user.into()])
                    .await?
                    .is_empty();
            Ok(is_known.then_some(followed))
        });
        let followed = followed.await?.ok_or_else(Error::unauthenticated)?;
        let page = range.trim_truncated(followed.items, followed.is_truncated);
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection.edges.extend(page.items.into_iter().map(|row| {
            let key = row.thread.position().to_string();
            Edge::new(key, FollowedThread::from(row))
        }));
        Ok(connection)
    }
}
