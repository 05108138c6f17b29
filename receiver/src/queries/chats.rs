//! The caller's chats.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::Cursor;

use crate::{
    db::{
        self,
        chats::{ActivityKey, OwnChats},
    },
    graphql::{ChatConnection, PageArgs, chat_connection, page_cost},
    sources::found,
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

        let wanted = context.look_ahead();
        let with_newest = [wanted.field("edges").field("node"), wanted.field("nodes")]
            .iter()
            .any(|chat| chat.field("lastMessage").exists());
        let user = caller.user_id;
        // The head of the same snapshot, so that whoever subscribes after it misses no chat.
        let own = found(context, caller, at_least, |source| {
            db::chats::of_user(
                &source.pool,
                user,
                window.after,
                window.limit(),
                with_newest,
            )
        });
        let OwnChats { head, chats } = own.await?.ok_or_else(Error::unauthenticated)?;
        Ok(chat_connection(head, window.cut(chats), |chat| {
            ActivityKey::of(chat).to_string()
        }))
    }
}
