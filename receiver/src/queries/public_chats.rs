//! Public chats, to be found and joined.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{ChatId, FeedRef, Reason};

use crate::{
    databases::read_at_least::read_at_least,
    db,
    objects::{
        chat::{ChatConnection, chat_connection, newest_shown},
        pagination::{PageArgs, page_cost},
    },
    state::RequestContext,
};

/// Maximum number of characters in a search query.
const MAX_QUERY_LENGTH: u32 = 100;

/// Chats on a page with their newest messages: with what these answer, that many of the longest texts fit into an answer.
const MAX_PAGE_SIZE_WITH_NEWEST: i64 = 16;

/// `Query.publicChats`.
#[derive(Default)]
pub(crate) struct PublicChats;

#[Object]
impl PublicChats {
    /// Public chats, newest first. Anyone can read them before joining; live events and sending messages are reserved
    /// for participants. If `lastMessage` is selected, a page holds at most 16 chats.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn public_chats(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Return only chats whose name contains this text of at most 100 characters. The comparison ignores case, character width and the encoding of accents."
        )]
        query: Option<String>,
        #[graphql(desc = "The number of chats to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
    ) -> Result<ChatConnection> {
        let caller = Caller::of(context)?;
        let mut range = PageArgs {
            first,
            after,
            ..PageArgs::default()
        }
        .range::<ChatId>()?;
        if newest_shown(context).is_some() {
            range.size = range.size.min(MAX_PAGE_SIZE_WITH_NEWEST);
        }
        let query = query
            .as_deref()
            .map(str::trim)
            .filter(|query| !query.is_empty());
        if query.is_some_and(|query| query.chars().count() > MAX_QUERY_LENGTH as usize) {
            return Err(Error::bad_input(
                "query",
                Reason::TooLong {
                    max: MAX_QUERY_LENGTH,
                },
            )
            .into());
        }

        let own = FeedRef::from(caller.user_id);
        let list = read_at_least(context, caller, None, |database| async move {
            let heads = db::feeds::heads(&database.pool, &[own]).await?;
            let Some(&head) = heads.get(&own) else {
                return Ok(None);
            };
            let list = db::chats::public(&database.pool, query, range.after, range.limit()).await?;
            Ok(Some((head, list)))
        });
        let (head, list) = list.await?.ok_or_else(Error::unauthenticated)?;
        let page = range.trim(list);
        let ids: Vec<ChatId> = page.items.iter().map(|chat| chat.facts.id).collect();
        let pool = &context.database()?.pool;
        let mut seen = db::chats::visible_to(pool, caller.user_id, &ids).await?;
        // The second statement decides which chats are shown; the first one determined their order.
        seen.sort_by_key(|chat| std::cmp::Reverse(chat.chat.facts.id));
        Ok(chat_connection(head, page.with(seen), |chat| {
            chat.id.to_string()
        }))
    }
}
