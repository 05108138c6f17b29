//! New chats of the caller.

use async_graphql::{Context, Result, Subscription};
use chassis::{Caller, Error};
use futures_util::{Stream, StreamExt, future::ready};
use shared_schema::{Change, ClientCursor, FeedRef, Reason};

use super::chat_batches::events;
use crate::{
    live::{authorized_reader::AuthorizedReader, feeds::reader::Reader},
    objects::chat::{Chat, chat_seen_by},
    state::RequestContext,
};

/// `Subscription.chatAdded`.
#[derive(Default)]
pub(crate) struct ChatAddedSubscription;

#[Subscription]
impl ChatAddedSubscription {
    /// Delivers each chat in which the caller becomes a participant, whether the caller created it, joined it or was
    /// added to it.
    async fn chat_added(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A cursor of the caller's own feed. If absent, delivery starts now.")]
        after: Option<ClientCursor>,
    ) -> Result<impl Stream<Item = Result<Chat>> + use<>> {
        let caller = Caller::of(context)?.clone();
        let (pool, hub) = (context.primary()?.pool.clone(), context.hub()?);
        let own = FeedRef::from(caller.user_id);
        let after = after.map(|cursor| cursor.of(caller.user_id));
        if after.is_some_and(|cursor| cursor.feed != own) {
            return Err(Error::bad_input("after", Reason::NotACursor).into());
        }
        let watch = hub
            .watch_one(own)
            .await?
            .ok_or_else(Error::unauthenticated)?;
        let batches =
            AuthorizedReader::own_feed(Reader::new(hub, watch, after)).into_stream(Vec::new());
        let chats = events(batches).then(move |event| {
            let (pool, user) = (pool.clone(), caller.user_id);
            async move {
                if let Change::ChatAdded { chat_id, .. } = event?.change {
                    chat_seen_by(&pool, user, chat_id).await
                } else {
                    Ok(None)
                }
            }
        });
        Ok(chats.filter_map(|chat| ready(chat.transpose().map(|chat| chat.map_err(Into::into)))))
    }
}
