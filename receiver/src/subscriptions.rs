//! One file per subscription. All of them are views of the same feeds, with the same cursors.

pub(crate) mod chat_added;
pub(crate) mod chat_events;
pub(crate) mod chat_updated;
pub(crate) mod inbox;
pub(crate) mod message_added;
pub(crate) mod message_read_updated;
pub(crate) mod message_removed;
pub(crate) mod message_updated;
pub(crate) mod unread_count_updated;

use std::sync::Arc;

use async_graphql::{Context, Result};
use chassis::{Caller, Error};
use futures_util::{Stream, StreamExt, stream};
use shared_schema::{ChatId, Cursor, Event, Reason, Signal};

use crate::{
    databases::read_target::primary,
    db,
    live::{
        authorized_reader::Follower,
        feeds::{batch::Batch, reader::Reader},
    },
    participants::access::watch_chat,
    queries::hub,
};

/// Read marks that are told again on resuming, at the most.
const MARKS: i64 = 1_000;

/// The batches of one chat's feed, after the cursor or from now, for as long as the caller takes part.
async fn chat_batches(
    context: &Context<'_>,
    chat_id: ChatId,
    after: Option<Cursor>,
) -> Result<impl Stream<Item = Arc<Batch>> + Send + use<>> {
    let caller = Caller::of(context)?;
    let (pool, hub) = (&primary(context)?.pool, hub(context)?);
    let (watch, participation) = watch_chat(pool, hub, caller, chat_id, after).await?;
    let marks: Vec<Signal> = match after {
        Some(cursor) => db::participants::read_after(pool, &[cursor], MARKS)
            .await?
            .into_iter()
            .map(Signal::from)
            .collect(),
        None => Vec::new(),
    };
    let reader = Reader::new(hub, watch, after);
    Ok(Follower::chat(reader, participation, pool, caller).into_stream(marks))
}

/// The single events of a stream of batches. A reset cannot be told in a stream of events, so it ends with an error.
fn events(
    batches: impl Stream<Item = Arc<Batch>> + Send,
) -> impl Stream<Item = Result<Arc<Event>, Error>> + Send {
    batches
        .flat_map(|batch| {
            let reset = batch
                .reset
                .map(|_| Err(Error::conflict(Reason::CursorTooOld)));
            // The batch may be others' too.
            let events: Vec<_> = batch.events.iter().cloned().map(Ok).collect();
            stream::iter(events.into_iter().chain(reset))
        })
        .scan(false, |ended, event| {
            let last = std::mem::replace(ended, event.is_err());
            futures_util::future::ready((!last).then_some(event))
        })
}
