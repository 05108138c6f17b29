//! One thread.

use async_graphql::{Context, Object, Result};
use chassis::Caller;
use futures_util::try_join;
use shared_schema::{ChatId, ClientCursor, MessageId};

use crate::{
    databases::read_at_least::read_at_least,
    db,
    objects::message::Thread,
    participants::{access::Access, participation::access_of},
};

/// `Query.thread`.
#[derive(Default)]
pub(crate) struct ThreadByRoot;

#[Object]
impl ThreadByRoot {
    /// The thread under a message. The caller must be a participant of the chat, or the chat must be public and the caller must
    /// never have been a participant. Null if the message has no replies or if there is no such message.
    async fn thread(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "The id of the message that the thread is about.")] root_id: MessageId,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<Option<Thread>> {
        let caller = Caller::of(context)?;
        let key = [(chat_id, root_id)];
        let key = &key;
        let thread = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            let (threads, roots) = try_join!(
                db::threads::by_root(&database.pool, key),
                db::messages::by_id(&database.pool, key),
            )?;
            let found = threads.into_iter().next().zip(roots.into_iter().next());
            Ok(found.map(|(thread, root)| Thread::of(thread, root.into())))
        });
        Ok(thread.await?)
    }
}
