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

/// Maximum number of cursors in one `after`.
const MAX_CURSORS: u32 = 1_000;

/// `Subscription.inbox`.
#[derive(Default)]
pub(crate) struct InboxSubscription;

#[Subscription]
impl InboxSubscription {
    /// Delivers everything the caller can follow in a single subscription: the caller's own feed and the feeds of all
    /// their chats, including chats they join later. Missed events come first, then a batch of the caller's own feed
    /// with `caughtUp` set, then live events.
    async fn inbox(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The last cursor you received for each feed, at most 1,000. For all other feeds, delivery starts now."
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
