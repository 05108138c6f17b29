//! Pinned messages.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use shared_schema::{ChatId, Instant, User, UserId};

use super::{
    message::Message,
    pagination::{MAX_PAGE_TEXT_BYTES, PageArgs},
};
use crate::{
    db::{
        message_position::MessagePosition,
        pinned_messages::{PinRange, PinnedMessageRow},
    },
    state::RequestContext,
};

/// A list of pinned messages.
pub(crate) type PinnedMessageConnection =
    Connection<String, PinnedMessage, EmptyFields, EmptyFields>;

/// A message that is pinned in its chat.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct PinnedMessage {
    /// The message.
    message: Message,
    /// The id of the user who pinned it.
    pinned_by_id: UserId,
    /// When it was pinned: the time of the event `MessagePinned`.
    pinned_at: Instant,
}

impl From<PinnedMessageRow> for PinnedMessage {
    fn from(row: PinnedMessageRow) -> Self {
        Self {
            message: row.message.into(),
            pinned_by_id: row.pinned_by,
            pinned_at: row.pinned_at,
        }
    }
}

#[ComplexObject]
impl PinnedMessage {
    /// The current public profile of the user who pinned it. Null if the account no longer exists.
    async fn pinned_by(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.pinned_by_id).await?)
    }
}

/// A page of the pinned messages of a chat that the caller may read, newest pin first.
///
/// # Errors
/// `BAD_USER_INPUT` when the arguments are none of this list; when Postgres does not answer.
pub(crate) async fn page(
    context: &Context<'_>,
    chat: ChatId,
    args: &PageArgs,
) -> Result<PinnedMessageConnection> {
    let range = args.range::<MessagePosition>()?;
    let wanted = PinRange {
        after: range.after,
        limit: range.limit(),
        text: MAX_PAGE_TEXT_BYTES,
    };
    let part = context.loaders()?.pinned_page((wanted, chat)).await?;
    let page = range.trim_truncated(part.items, part.is_truncated);
    let mut connection = Connection::new(page.has_previous, page.has_next);
    connection.edges.extend(
        page.items
            .into_iter()
            .map(|row| Edge::new(row.position().to_string(), PinnedMessage::from(row))),
    );
    Ok(connection)
}
