//! The threads that the caller follows.

use std::{fmt, str::FromStr};

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error};
use jiff::Timestamp;
use shared_schema::{ChatId, ClientCursor, MessageId};
use uuid::Uuid;

use crate::{
    databases::read_at_least::read_at_least,
    db::{
        self,
        thread_follows::{FollowedRange, ThreadActivityKey},
    },
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
        let range = args.range::<ThreadActivityKey>()?;
        let wanted = FollowedRange {
            unread_only,
            after: range.after,
            limit: range.limit(),
            text: MAX_PAGE_TEXT_BYTES,
        };
        let followed = read_at_least(context, caller, at_least, |database| async move {
            let followed = db::thread_follows::of_user(&database.pool, user, wanted).await?;
            // A replica that does not know the caller yet does not know their threads, either.
            let is_known = !followed.threads.is_empty()
                || !db::feeds::heads(&database.pool, &[user.into()])
                    .await?
                    .is_empty();
            Ok(is_known.then_some(followed))
        });
        let followed = followed.await?.ok_or_else(Error::unauthenticated)?;
        let page = range.trim_truncated(followed.threads, followed.is_truncated);
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection.edges.extend(page.items.into_iter().map(|row| {
            let key = ThreadActivityKey::of(&row.thread).to_string();
            Edge::new(key, FollowedThread::from(row))
        }));
        Ok(connection)
    }
}

impl fmt::Display for ThreadActivityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, chat, root } = self;
        write!(f, "{}.{chat}.{root}", at.as_microsecond())
    }
}

impl FromStr for ThreadActivityKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('.').collect();
        let key = match parts.as_slice() {
            [at, chat, root] => key(at, chat, root),
            _ => None,
        };
        key.ok_or_else(|| Error::bad_request("not a cursor of this list"))
    }
}

fn key(at: &str, chat: &str, root: &str) -> Option<ThreadActivityKey> {
    // Nothing happened here before 1970, and Postgres' time begins later than jiff's.
    let at = Timestamp::from_microsecond(at.parse().ok()?)
        .ok()
        .filter(|&at| at >= Timestamp::UNIX_EPOCH)?;
    Some(ThreadActivityKey {
        at,
        chat: ChatId(Uuid::try_parse(chat).ok()?),
        root: MessageId(Uuid::try_parse(root).ok()?),
    })
}
