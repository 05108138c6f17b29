//! A feed as a query, for clients that poll.

use async_graphql::{Context, Object, Result};
use chassis::{Caller, Error};
use shared_schema::{Cursor, FeedId, Reason};

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
    /// What happened in a feed after a position: the same as the subscription delivers, for clients that poll. Ask again
    /// with the batch's cursor until it is caught up.
    #[graphql(complexity = "page_cost(Some(100), child_complexity / 10)")]
    async fn feed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A chat that you take part in, or your own user id.")] id: FeedId,
        #[graphql(desc = "The position to go on from.")] after: Cursor,
    ) -> Result<FeedBatch> {
        let caller = Caller::of(context)?;
        let (pool, hub) = (&context.primary()?.pool, context.hub()?);
        if after.feed != id {
            return Err(Error::bad_input("after", Reason::NotACursor).into());
        }
        let mut reader = if id == FeedId::from(caller.user_id) {
            let watch = hub
                .watch_one(id)
                .await?
                .ok_or_else(Error::unauthenticated)?;
            AuthorizedReader::own_feed(Reader::new(hub, watch, Some(after)))
        } else {
            let (watch, proof) = watch_chat(pool, hub, caller, id.chat(), Some(after)).await?;
            AuthorizedReader::chat(Reader::new(hub, watch, Some(after)), proof, pool, caller)
        };
        let batch = reader
            .catch_up()
            .await?
            .unwrap_or_else(|| reader.announcement(Vec::new()));
        Ok(batch.as_ref().into())
    }
}
