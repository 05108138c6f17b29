//! What a message said before it was edited.

use async_graphql::{Context, Object, Result, connection::Connection, connection::Edge};
use chassis::{Caller, Error, graphql::AnswerBudget};
use shared_schema::{ChatId, ClientCursor, MessageId};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, message_revisions::RevisionRange},
    objects::{
        message_revision::{MessageRevision, MessageRevisionConnection},
        pagination::{MAX_PAGE_TEXT_BYTES, PageArgs, page_cost},
    },
};

/// `Query.messageRevisions`.
#[derive(Default)]
pub(crate) struct MessageRevisions;

#[Object]
impl MessageRevisions {
    /// What a message says, and what it said before it was edited, newest first: the present text and the last 50 before it.
    /// The caller must be able to read the message. Empty if it has been removed. Texts from before the service kept them are
    /// absent. A page holds at most about 128 KiB of text, so it may have fewer than requested.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn message_revisions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat that the message belongs to.")] chat_id: ChatId,
        #[graphql(desc = "The id of the message.")] message_id: MessageId,
        #[graphql(desc = "The number of texts to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<MessageRevisionConnection> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        let range = args.range::<i32>()?;
        let wanted = RevisionRange {
            // The list goes down.
            before: range.after.unwrap_or(i32::MAX),
            limit: range.limit(),
            text: MAX_PAGE_TEXT_BYTES,
        };
        let part = read_at_least(context, caller, at_least, |database| async move {
            let key = (chat_id, message_id);
            db::message_revisions::of_message(&database.pool, user, key, wanted).await
        });
        let part = part.await?.ok_or_else(|| Error::not_found("message"))?;
        let page = range.trim_truncated(part.items, part.is_truncated);
        AnswerBudget::admits(
            context,
            page.items.iter().map(|row| row.content.len()).sum(),
        );
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection.edges.extend(
            page.items
                .into_iter()
                .map(|row| Edge::new(row.revision.to_string(), MessageRevision::from(row))),
        );
        Ok(connection)
    }
}
