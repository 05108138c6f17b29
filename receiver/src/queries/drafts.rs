//! What the caller has begun to write.

use async_graphql::{Context, Object, Result};
use chassis::Caller;
use shared_schema::{ClientCursor, Draft};

use crate::{databases::read_at_least::read_at_least, db};

/// Maximum drafts in one answer; nobody can have more.
const MAX_DRAFTS: i64 = 100;

/// `Query.drafts`.
#[derive(Default)]
pub(crate) struct Drafts;

#[Object]
impl Drafts {
    /// What the caller has begun to write in the chats in which they are a participant and has not sent, on whichever of their
    /// devices, newest first: at most 100.
    #[graphql(complexity = "25 * child_complexity")]
    async fn drafts(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<Vec<Draft>> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let drafts = read_at_least(context, caller, at_least, |database| async move {
            let drafts = db::drafts::of_user(&database.pool, user, MAX_DRAFTS).await?;
            // A replica that does not know the caller yet does not know their drafts, either.
            let is_known = !drafts.is_empty()
                || !db::feeds::heads(&database.pool, &[user.into()])
                    .await?
                    .is_empty();
            Ok(is_known.then_some(drafts))
        });
        Ok(drafts.await?.unwrap_or_default())
    }
}
