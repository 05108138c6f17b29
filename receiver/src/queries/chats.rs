//! The caller's chats.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{Cursor, FeedId};

use crate::{
    db::{
        self,
        chats::{ActivityKey, VisibleChat},
    },
    graphql::{ChatConnection, PageArgs, chat_connection, page_cost},
    sources::caught_up,
};

/// `Query.chats`.
#[derive(Default)]
pub struct Chats;

#[Object]
impl Chats {
    /// Your chats, newest activity first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn chats(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start of the list, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait, for a moment, until the answer is at least as new as this position."
        )]
        at_least: Option<Cursor>,
    ) -> Result<ChatConnection> {
        let caller = Caller::of(context)?;
        let window = PageArgs {
            first,
            after,
            ..PageArgs::default()
        }
        .window::<ActivityKey>()?;
        let pool = caught_up(context, caller, at_least).await?;

        // Before the list, so that whoever subscribes after it misses no chat.
        let own = FeedId::from(caller.user_id);
        let heads = db::feeds::heads(pool, &[own]).await?;
        let head = *heads.get(&own).ok_or_else(Error::unauthenticated)?;
        let rows = db::chats::of_user(pool, caller.user_id, window.after, window.limit()).await?;
        let chats = rows
            .into_iter()
            .map(|chat| VisibleChat {
                chat,
                takes_part: true,
            })
            .collect();
        Ok(chat_connection(
            caller.user_id,
            head,
            window.cut(chats),
            |chat| ActivityKey::of(chat).to_string(),
        ))
    }
}
