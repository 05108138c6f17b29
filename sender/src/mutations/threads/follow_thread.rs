//! `followThread`: follows a thread.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::Outcome;
use shared_schema::{ChatId, Cursor, MessageId, Reason};

use crate::{
    db::thread_follows,
    objects::ViewerThread,
    state::RequestContext,
    threads::{FollowState, ThreadAccess},
};

/// Maximum threads of one chat that a user may follow by this mutation. Replying always follows.
const MAX_FOLLOWED_THREADS: u32 = 1_000;

/// The thread to follow.
#[derive(InputObject)]
pub struct FollowThreadInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message whose thread it is, also if it has no replies yet. The id of a reply stands for the thread that
    /// the reply is in.
    root_id: MessageId,
}

/// The result of following a thread.
#[derive(SimpleObject)]
pub struct FollowThreadPayload {
    /// Where the caller stands with the thread now.
    viewer_thread: ViewerThread,
    /// A position in the caller's own feed: right after the change, or right after the newest event if the caller followed
    /// the thread already.
    cursor: Cursor,
}

#[derive(Default)]
pub struct FollowThread;

#[Object]
impl FollowThread {
    /// Makes the caller follow a thread: `followedThreads` lists it with its unread replies. Whoever replies follows anyway,
    /// and so does the author of the root from the first reply on. Fails with `CONFLICT` if the caller follows 1,000 threads
    /// of the chat already.
    async fn follow_thread(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The thread to follow.")] input: FollowThreadInput,
    ) -> async_graphql::Result<FollowThreadPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| follow(tx, &caller, &input).await;
        let state = transactions.run(rule).await?;
        Ok(FollowThreadPayload {
            viewer_thread: state.viewer_thread,
            cursor: state.cursor,
        })
    }
}

async fn follow(
    tx: &Transaction<'_>,
    caller: &Caller,
    input: &FollowThreadInput,
) -> Result<Outcome<FollowState>, Error> {
    let thread = ThreadAccess::of(tx, caller, input.chat_id, input.root_id).await?;
    let Some(follow) = thread_follows::set_following(tx, thread.key()).await? else {
        let follow = thread_follows::find(tx, thread.key()).await?;
        return thread.unchanged(tx, follow).await;
    };
    let outcome = thread.changed(tx, follow).await?;
    // Under the lock of the user's own feed, so that two requests cannot pass the bound together.
    let max = MAX_FOLLOWED_THREADS;
    if thread_follows::exceeds(tx, input.chat_id, caller.user_id, max).await? {
        return Err(Error::conflict_on(
            "rootId",
            Reason::TooManyFollowedThreads { max },
        ));
    }
    Ok(outcome)
}
