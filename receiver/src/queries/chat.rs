//! One chat.

use async_graphql::{Context, Object, Result};
use chassis::Caller;
use shared_schema::{ChatId, Cursor};

use crate::{graphql::Chat, sources::caught_up};

/// `Query.chat`.
#[derive(Default)]
pub struct ChatById;

#[Object]
impl ChatById {
    /// One chat: yours, or a public one. Null if there is none that you may see.
    async fn chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat.")] id: ChatId,
        #[graphql(
            desc = "Wait, for a moment, until the answer is at least as new as this position."
        )]
        at_least: Option<Cursor>,
    ) -> Result<Option<Chat>> {
        let caller = Caller::of(context)?;
        caught_up(context, caller, at_least).await?;
        Chat::seen_by_caller(context, id).await
    }
}
