//! The caller's unread counts, as they change.

use std::collections::BTreeSet;

use async_graphql::{Context, Result, Subscription};
use chassis::{Caller, Error, postgres::Pool};
use futures_util::{Stream, StreamExt, stream};
use shared_schema::{Change, ChatId, ClientCursor, Event, UserId};

use super::inbox;
use crate::{
    db, live::feeds::batch::EventBatch, objects::unread_count::UnreadCount, state::RequestContext,
};

/// `Subscription.unreadCountUpdated`.
#[derive(Default)]
pub(crate) struct UnreadCountUpdatedSubscription;

#[Subscription]
impl UnreadCountUpdatedSubscription {
    /// Delivers the unread count of a chat whenever it may have changed in any of the caller's chats: a message was
    /// added or removed, or the caller has read messages on any device.
    async fn unread_count_updated(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The last cursor you received for each feed, at most 1,000. For all other feeds, delivery starts now."
        )]
        after: Option<Vec<ClientCursor>>,
    ) -> Result<impl Stream<Item = Result<UnreadCount>> + use<>> {
        let user = Caller::of(context)?.user_id;
        let pool = context.primary()?.pool.clone();
        let batches = inbox::open(context, after).await?.into_stream();
        let counts = batches.then(move |batch| {
            let pool = pool.clone();
            async move { counts(&pool, user, &batch).await }
        });
        Ok(counts.flat_map(|counts| {
            stream::iter(match counts {
                Ok(counts) => counts.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error.into())],
            })
        }))
    }
}

/// The counts of the chats in which this batch may have changed them.
async fn counts(pool: &Pool, user: UserId, batch: &EventBatch) -> Result<Vec<UnreadCount>, Error> {
    let changed: BTreeSet<ChatId> = batch
        .events
        .iter()
        .filter_map(|event| changed_in(event))
        .collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let changed: Vec<ChatId> = changed.into_iter().collect();
    let limit = i64::try_from(changed.len()).unwrap_or(i64::MAX);
    let counts = db::chats::unread(pool, user, Some(&changed), limit).await?;
    Ok(counts.into_iter().map(UnreadCount::from).collect())
}

/// The chat in which this event may have changed the count.
fn changed_in(event: &Event) -> Option<ChatId> {
    if let Change::ReadMarkMoved { chat_id, .. } | Change::ChatAdded { chat_id, .. } = event.change
    {
        return Some(chat_id);
    }
    let counts = matches!(
        event.change,
        Change::MessageAdded(_) | Change::MessageRemoved(_)
    );
    event.feed.chat().filter(|_| counts)
}
