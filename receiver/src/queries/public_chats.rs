//! Public chats, to be found and joined.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{ChatId, FeedId, Reason};

use crate::{
    db,
    graphql::{ChatConnection, PageArgs, chat_connection, page_cost},
    sources::caught_up,
};

/// Letters of a name to search for, at the most.
const MAX_QUERY: u32 = 100;

/// `Query.publicChats`.
#[derive(Default)]
pub struct PublicChats;

#[Object]
impl PublicChats {
    /// Public chats, newest first. Join one to read it.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn public_chats(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Only those whose name contains this, at most 100 characters; upper and lower case are alike."
        )]
        query: Option<String>,
        #[graphql(desc = "So many from the start of the list, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
    ) -> Result<ChatConnection> {
        let caller = Caller::of(context)?;
        let pool = caught_up(context, caller, None).await?;
        let window = PageArgs {
            first,
            after,
            ..PageArgs::default()
        }
        .window::<ChatId>()?;
        let query = query
            .as_deref()
            .map(str::trim)
            .filter(|query| !query.is_empty());
        if query.is_some_and(|query| query.chars().count() > MAX_QUERY as usize) {
            return Err(Error::bad_input("query", Reason::TooLong { max: MAX_QUERY }).into());
        }

        let own = FeedId::from(caller.user_id);
        let heads = db::feeds::heads(pool, &[own]).await?;
        let head = *heads.get(&own).ok_or_else(Error::unauthenticated)?;
        let found = db::chats::public(pool, query, window.after, window.limit()).await?;
        let page = window.cut(found);
        let ids: Vec<ChatId> = page.items.iter().map(|chat| chat.facts.id).collect();
        let mut seen = db::chats::visible_to(pool, caller.user_id, &ids).await?;
        // The second statement decides what is shown; the first one gave the order.
        seen.sort_by_key(|chat| std::cmp::Reverse(chat.chat.facts.id));
        Ok(chat_connection(head, page.with(seen), |chat| {
            chat.id.to_string()
        }))
    }
}
