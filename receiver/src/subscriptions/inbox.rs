//! Everything at once.

use async_graphql::{Context, Result, Subscription};
use chassis::{Caller, Error};
use futures_util::{Stream, StreamExt};
use shared_schema::{ClientCursor, Cursor, Reason};

use crate::{
    live::{inbox::Inbox, shared_execution::resolver_input::subscription_batches},
    objects::feed_batch::FeedBatch,
    state::RequestContext,
};

/// Cursors in one `after`, at the most.
const MAX_CURSORS: u32 = 1_000;

/// `Subscription.inbox`.
#[derive(Default)]
pub(crate) struct InboxSubscription;

#[Subscription]
impl InboxSubscription {
    /// Everything you can see, in one subscription: your own feed and the feed of each of your chats, also of those
    /// that you join later. First comes what you missed, then a batch of your own feed with `caughtUp`, then live.
    async fn inbox(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Your last cursor of each feed you know, at most 1,000. Feeds that are not named start from now."
        )]
        after: Option<Vec<ClientCursor>>,
    ) -> Result<impl Stream<Item = Result<FeedBatch>> + use<>> {
        let open = async { Ok(open(context, after).await?.into_stream()) };
        let batches = subscription_batches(context, open).await?;
        Ok(batches.map(|batch| Ok(FeedBatch::from(batch.as_ref()))))
    }
}

pub(crate) async fn open(
    context: &Context<'_>,
    after: Option<Vec<ClientCursor>>,
) -> Result<Inbox, Error> {
    let caller = Caller::of(context)?;
    let after = after.unwrap_or_default();
    if after.len() > MAX_CURSORS as usize {
        return Err(Error::bad_input(
            "after",
            Reason::TooMany { max: MAX_CURSORS },
        ));
    }
    let own = caller.user_id;
    let after: Vec<Cursor> = after.into_iter().map(|cursor| cursor.of(own)).collect();
    Inbox::open(context.hub()?, &context.primary()?.pool, caller, &after).await
}
