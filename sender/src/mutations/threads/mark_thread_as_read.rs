//! `markThreadAsRead`: moves the caller's read mark in a thread forward.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::Outcome;
use shared_schema::{ChatId, Cursor, MessageId, Number};

use crate::{
    db::thread_follows,
    messages::number::require_number,
    objects::ViewerThread,
    state::RequestContext,
    threads::{FollowState, ThreadAccess},
};

/// The thread, and the number of the last reply that the caller has read.
#[derive(InputObject)]
pub struct MarkThreadAsReadInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message whose thread it is. The id of a reply stands for the thread that the reply is in.
    root_id: MessageId,
    /// The number of the last reply that the caller has read; all earlier replies count as read. At least 1. A number beyond
    /// the newest reply counts as the newest reply.
    number: Number,
}

/// The result of marking replies as read.
#[derive(SimpleObject)]
pub struct MarkThreadAsReadPayload {
    /// Where the caller stands with the thread now.
    viewer_thread: ViewerThread,
    /// A position in the caller's own feed: right after the change, or right after the newest event if the mark did not
    /// move.
    cursor: Cursor,
}

#[derive(Default)]
pub struct MarkThreadAsRead;

#[Object]
impl MarkThreadAsRead {
    /// Moves the caller's read mark in a thread forward, over any number of replies at once. The mark never moves back.
    /// Changes nothing if the caller has never followed the thread. The caller's read mark in the chat stays; where it is
    /// further, the thread is read up to there, whatever its own mark says.
    async fn mark_thread_as_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The thread, and the number of the last reply that the caller has read.")]
        input: MarkThreadAsReadInput,
    ) -> async_graphql::Result<MarkThreadAsReadPayload> {
        let caller = Caller::of(context)?.clone();
        require_number("number", input.number)?;
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| mark(tx, &caller, &input).await;
        let state = transactions.run(rule).await?;
        Ok(MarkThreadAsReadPayload {
            viewer_thread: state.viewer_thread,
            cursor: state.cursor,
        })
    }
}

async fn mark(
    tx: &Transaction<'_>,
    caller: &Caller,
    input: &MarkThreadAsReadInput,
) -> Result<Outcome<FollowState>, Error> {
    let thread = ThreadAccess::of(tx, caller, input.chat_id, input.root_id).await?;
    match thread_follows::mark_read(tx, thread.key(), input.number).await? {
        Some(follow) => thread.changed(tx, follow).await,
        None => {
            let follow = thread_follows::find(tx, thread.key()).await?;
            thread.unchanged(tx, follow).await
        }
    }
}
