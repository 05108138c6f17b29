//! `removeChat`: a conversation ends for everyone.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, Cursor, ParticipantRole};

use crate::{
    participants::{access::Participation, leave::remove_chat},
    state::RequestContext,
};

/// Which chat.
#[derive(InputObject)]
pub struct RemoveChatInput {
    /// The chat.
    chat_id: ChatId,
}

/// The chat is gone.
#[derive(SimpleObject)]
pub struct RemoveChatPayload {
    /// The chat that was removed.
    chat_id: ChatId,
    /// The position right after the chat's last event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct RemoveChat;

#[Object]
impl RemoveChat {
    /// Removes a group or public chat for everyone who takes part. At once nobody can read it or any of its messages any
    /// more, by whichever operation; within a day its texts are erased from the database. For owners. It cannot be undone.
    async fn remove_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which chat.")] input: RemoveChatInput,
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
