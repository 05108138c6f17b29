//! What the subscriptions to one chat have in common: its batches, and the events in them.

use std::sync::Arc;

use async_graphql::{Context, Result};
use chassis::{Caller, Error};
use futures_util::{Stream, StreamExt, future::ready, stream};
use shared_schema::{Change, ChatId, ClientCursor, Event, Message, Reason, Signal};

use crate::{
    db,
    live::{
        authorized_reader::AuthorizedReader,
        feeds::{batch::EventBatch, reader::Reader},
        shared_execution::resolver_input::subscription_batches,
    },
    objects::message,
    participants::participation::watch_chat,
    state::RequestContext,
};

/// Maximum marks of each kind that are sent again on resuming.
const MAX_MARKS: i64 = 1_000;

/// The batches of one chat's feed, after the cursor or from now, for as long as the caller takes part.
pub(crate) async fn chat_batches(
    context: &Context<'_>,
    chat_id: ChatId,
    after: Option<ClientCursor>,
) -> Result<impl Stream<Item = Arc<EventBatch>> + Send + use<>> {
    let caller = Caller::of(context)?;
    let after = after.map(|cursor| cursor.of(caller.user_id));
    let (pool, hub) = (&context.primary()?.pool, context.hub()?);
    let (watch, participation) = watch_chat(pool, hub, caller, chat_id, after).await?;
    let marks: Vec<Signal> = match after {
        Some(cursor) => db::receipts::moved_after(pool, &[cursor], MAX_MARKS)
            .await?
            .into_iter()
            .map(Signal::from)
            .collect(),
        None => Vec::new(),
    };
    let choice = hub.read_receipt_choices().of(pool, caller.user_id).await?;
    let reader = Reader::new(hub, watch, after);
    let reader = AuthorizedReader::chat(reader, participation, pool, caller, choice);
    Ok(reader.into_stream(marks))
}

/// The messages that events of one kind are about: those that `pick` picks.
pub(crate) async fn messages<P>(
    context: &Context<'_>,
    chat_id: ChatId,
    after: Option<ClientCursor>,
    pick: P,
) -> Result<impl Stream<Item = Result<message::Message>> + use<P>>
where
    P: Fn(&Change) -> Option<&Message> + Send + 'static,
{
    let batches = subscription_batches(context, chat_batches(context, chat_id, after)).await?;
    Ok(events(batches).filter_map(move |event| {
        ready(match event {
            Ok(event) => pick(&event.change).map(|message| Ok(message.clone().into())),
            Err(error) => Some(Err(error.into())),
        })
    }))
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
            ready((!last).then_some(event))
        })
}
