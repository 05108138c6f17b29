//! `removeChat`: removes a chat for everyone.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, Cursor, ParticipantRole};

use crate::{
    participants::{access::Participation, leave::remove_chat},
    state::RequestContext,
};

/// The chat to remove.
#[derive(InputObject)]
pub struct RemoveChatInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
}

/// The result of removing a chat.
#[derive(SimpleObject)]
pub struct RemoveChatPayload {
    /// The id of the chat that was removed.
    chat_id: ChatId,
    /// The position right after the last event of the chat's feed.
    cursor: Cursor,
}

#[derive(Default)]
pub struct RemoveChat;

#[Object]
impl RemoveChat {
    /// Removes a group or public chat for all participants. Only owners may do this, and it cannot be undone. From then
    /// on, no operation returns the chat or any of its messages; their text is erased from the database within a day.
    async fn remove_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat to remove.")] input: RemoveChatInput,
    ) -> async_graphql::Result<RemoveChatPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            remove(tx, &participation).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn remove(
    tx: &Transaction<'_>,
    participation: &Participation,
) -> Result<Outcome<RemoveChatPayload>, Error> {
    participation.forbid_direct_chat()?;
    participation.require(ParticipantRole::Owner)?;
    let left = remove_chat(tx, participation).await?;
    Ok(Outcome {
        payload: RemoveChatPayload {
            chat_id: participation.chat_id(),
            cursor: left.cursor,
        },
        events: PendingEvents::default().events(left.events),
    })
}
