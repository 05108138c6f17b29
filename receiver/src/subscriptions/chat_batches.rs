//! What the subscriptions to one chat have in common: its batches, and the events in them.

use std::sync::Arc;

use async_graphql::{Context, Result};
use chassis::{Caller, Error};
use futures_util::{Stream, StreamExt, stream};
use shared_schema::{ChatId, Cursor, Event, Reason, Signal};

use crate::{
    db,
    live::{
        authorized_reader::AuthorizedReader,
        feeds::{batch::EventBatch, reader::Reader},
    },
    participants::participation::watch_chat,
    state::RequestContext,
};

/// Maximum read marks that are sent again on resuming.
const MAX_READ_MARKS: i64 = 1_000;

/// The batches of one chat's feed, after the cursor or from now, for as long as the caller takes part.
pub(crate) async fn chat_batches(
    context: &Context<'_>,
    chat_id: ChatId,
    after: Option<Cursor>,
) -> Result<impl Stream<Item = Arc<EventBatch>> + Send + use<>> {
    let caller = Caller::of(context)?;
    let (pool, hub) = (&context.primary()?.pool, context.hub()?);
    let (watch, participation) = watch_chat(pool, hub, caller, chat_id, after).await?;
    let marks: Vec<Signal> = match after {
        Some(cursor) => db::participants::read_after(pool, &[cursor], MAX_READ_MARKS)
            .await?
            .into_iter()
            .map(Signal::from)
            .collect(),
        None => Vec::new(),
    };
    let reader = Reader::new(hub, watch, after);
    Ok(AuthorizedReader::chat(reader, participation, pool, caller).into_stream(marks))
}

/// The single events of a stream of batches. A stream of events cannot report a reset, so it ends with an error.
pub(crate) fn events(
    batches: impl Stream<Item = Arc<EventBatch>> + Send,
) -> impl Stream<Item = Result<Arc<Event>, Error>> + Send {
    batches
        .flat_map(|batch| {
            let reset = batch
                .reset
                .map(|_| Err(Error::conflict(Reason::CursorTooOld)));
            // Others may share the batch.
            let events: Vec<_> = batch.events.iter().cloned().map(Ok).collect();
            stream::iter(events.into_iter().chain(reset))
        })
        .scan(false, |ended, event| {
            let last = std::mem::replace(ended, event.is_err());
            futures_util::future::ready((!last).then_some(event))
        })
}
