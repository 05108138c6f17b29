//! Changes of one chat's name and description.

use async_graphql::{Context, Result, Subscription};
use chassis::Caller;
use futures_util::{Stream, StreamExt, future::ready};
use shared_schema::{Change, ChatId, ClientCursor};

use super::chat_batches::{chat_batches, events};
use crate::{
    objects::chat::{Chat, chat_seen_by},
    state::RequestContext,
};

/// `Subscription.chatUpdated`.
#[derive(Default)]
pub(crate) struct ChatUpdatedSubscription;

#[Subscription]
impl ChatUpdatedSubscription {
    /// Delivers a chat in which the caller is a participant, each time its name or description changes.
    async fn chat_updated(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "A cursor of the chat's feed. If absent, delivery starts now.")]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<Chat>> + use<>> {
        let user = Caller::of(context)?.user_id;
        let pool = context.primary()?.pool.clone();
        let batches = chat_batches(context, chat_id, after).await?;
        let chats = events(batches).then(move |event| {
            let pool = pool.clone();
            async move {
                if event?.change == Change::ChatUpdated {
                    chat_seen_by(&pool, user, chat_id).await
                } else {
                    Ok(None)
                }
            }
        });
        Ok(chats.filter_map(|chat| ready(chat.transpose().map(|chat| chat.map_err(Into::into)))))
    }
}
