//! One chat.

use async_graphql::{Context, Object, Result};
use chassis::Caller;
use shared_schema::{ChatId, ClientCursor};

use crate::{
    databases::read_at_least::read_at_least,
    objects::chat::{Chat, chat_seen_by},
};

/// `Query.chat`.
#[derive(Default)]
pub(crate) struct ChatById;

#[Object]
impl ChatById {
    /// One chat: one in which the caller is a participant, or any public chat. Null if there is no such chat or the
    /// caller may not see it.
    async fn chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] id: ChatId,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<Option<Chat>> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let chat = read_at_least(context, caller, at_least, |database| async move {
            let chat = chat_seen_by(&database.pool, user, id).await?;
            // That the caller has joined a public chat may not have got to a replica yet.
            Ok(chat.filter(|chat| chat.is_of_caller() || !database.is_replica))
        });
        Ok(chat.await?)
    }
}
