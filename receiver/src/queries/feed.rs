//! A feed as a query, for clients that poll.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{ChatId, ClientCursor, Cursor, FeedRef, Reason};

use crate::{
    live::{authorized_reader::AuthorizedReader, feeds::reader::Reader},
    objects::{feed_batch::FeedBatch, pagination::page_cost},
    participants::participation::watch_chat,
    state::RequestContext,
};

/// `Query.feed`.
#[derive(Default)]
pub(crate) struct FeedPage;

#[Object]
impl FeedPage {
    /// The next batch of events in a feed after a position, for clients that poll. The content is the same as what
    /// subscriptions deliver. Repeat the query with the batch's cursor until `caughtUp` is true.
    #[graphql(complexity = "page_cost(Some(100), child_complexity / 10)")]
    async fn feed(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The id of the feed: the id of a chat in which the caller is a participant, or the caller's own user id."
        )]
        id: ChatId,
        #[graphql(desc = "The position to continue from.")] after: ClientCursor,
    ) -> Result<FeedBatch> {
        let caller = Caller::of(context)?;
        let (pool, hub) = (&context.primary()?.pool, context.hub()?);
        let feed = FeedRef::known_to(caller.user_id, id.0);
        let after = after.of(caller.user_id);
        if after.feed.id() != id.0 {
            return Err(Error::bad_input("after", Reason::NotACursor).into());
        }
        // The own feed of another user and a chat that does not exist get the same answer.
        let after = Cursor { feed, ..after };
        let mut reader = match feed {
            FeedRef::User(_) => {
                let watch = hub.watch_one(feed).await?;
                let watch = watch.ok_or_else(Error::unauthenticated)?;
                AuthorizedReader::own_feed(Reader::new(hub, watch, Some(after)))
            }
            FeedRef::Chat(chat) => {
                let (watch, proof) = watch_chat(pool, hub, caller, chat, Some(after)).await?;
                let choice = hub.read_receipt_choices().of(pool, caller.user_id).await?;
                let reader = Reader::new(hub, watch, Some(after));
                AuthorizedReader::chat(reader, proof, pool, caller, choice)
            }
        };
        let batch = reader
            .catch_up()
            .await?
            .unwrap_or_else(|| reader.announcement(Vec::new()));
        Ok(batch.as_ref().into())
    }
}
