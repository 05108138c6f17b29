//! `unfollowThread`: ends following a thread.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::Outcome;
use shared_schema::{ChatId, Cursor, MessageId};

use crate::{
    db::thread_follows,
    objects::ViewerThread,
    state::RequestContext,
    threads::{FollowState, ThreadAccess},
};

/// The thread not to follow any longer.
#[derive(InputObject)]
pub struct UnfollowThreadInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message whose thread it is. The id of a reply stands for the thread that the reply is in.
    root_id: MessageId,
}

/// The result of ending to follow a thread.
#[derive(SimpleObject)]
pub struct UnfollowThreadPayload {
    /// Where the caller stands with the thread now.
    viewer_thread: ViewerThread,
    /// A position in the caller's own feed: right after the change, or right after the newest event if the caller did not
    /// follow the thread.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UnfollowThread;

#[Object]
impl UnfollowThread {
    /// The caller does not follow a thread any longer. What they have read of it is kept, and replying follows it again.
    async fn unfollow_thread(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The thread not to follow any longer.")] input: UnfollowThreadInput,
    ) -> async_graphql::Result<UnfollowThreadPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| unfollow(tx, &caller, &input).await;
        let state = transactions.run(rule).await?;
        Ok(UnfollowThreadPayload {
            viewer_thread: state.viewer_thread,
            cursor: state.cursor,
        })
    }
}

async fn unfollow(
    tx: &Transaction<'_>,
    caller: &Caller,
    input: &UnfollowThreadInput,
) -> Result<Outcome<FollowState>, Error> {
    let thread = ThreadAccess::of(tx, caller, input.chat_id, input.root_id).await?;
    match thread_follows::set_not_following(tx, thread.key()).await? {
        Some(follow) => thread.changed(tx, follow).await,
        None => {
            let follow = thread_follows::find(tx, thread.key()).await?;
            thread.unchanged(tx, follow).await
        }
    }
}
