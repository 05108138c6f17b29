//! The caller's chats.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::ClientCursor;

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, chats::ActivityKey},
    objects::{
        chat::{ChatConnection, chat_connection, newest_shown},
        pagination::{PageArgs, page_cost},
    },
};

/// `Query.chats`.
#[derive(Default)]
pub(crate) struct Chats;

#[Object]
impl Chats {
    /// The chats in which the caller is a participant, most recently active first. If `lastMessage` is selected, a page
    /// holds at most about 128 KiB of text, so it may have fewer chats than requested.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn chats(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of chats to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<ChatConnection> {
        let caller = Caller::of(context)?;
        let range = PageArgs {
            first,
            after,
            ..PageArgs::default()
        }
        .range::<ActivityKey>()?;

        let newest = newest_shown(context);
        let user = caller.user_id;
        // The head in the same snapshot, so that a client that subscribes after it misses no chat.
        let own = read_at_least(context, caller, at_least, |database| {
            db::chats::of_user(&database.pool, user, range.after, range.limit(), newest)
        });
        let own = own.await?.ok_or_else(Error::unauthenticated)?;
        let page = range.trim_truncated(own.chats, own.is_truncated);
        Ok(chat_connection(own.head, page, |chat| {
            ActivityKey::of(chat).to_string()
        }))
    }
}
