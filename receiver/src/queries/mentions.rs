//! The messages that mention the caller.

use async_graphql::{
    Context, Object, OutputType, Result,
    connection::{Connection, ConnectionNameType, Edge, EdgeNameType, EmptyFields},
};
use chassis::{Caller, Error};
use shared_schema::ClientCursor;

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, message_mentions::MentionRange, message_position::MessagePosition},
    objects::{
        message::Message,
        pagination::{MAX_PAGE_TEXT_BYTES, PageArgs, page_cost},
    },
};

/// A list of messages that mention the caller.
pub(crate) type MentionConnection =
    Connection<String, Message, EmptyFields, EmptyFields, ConnectionName, EdgeName>;

/// The name of the list: that of its node is another list's.
pub(crate) struct ConnectionName;

impl ConnectionNameType for ConnectionName {
    fn type_name<T: OutputType>() -> String {
        "MentionConnection".to_owned()
    }
}

/// The name of an edge of the list.
pub(crate) struct EdgeName;

impl EdgeNameType for EdgeName {
    fn type_name<T: OutputType>() -> String {
        "MentionEdge".to_owned()
    }
}

/// `Query.mentions`.
#[derive(Default)]
pub(crate) struct Mentions;

#[Object]
impl Mentions {
    /// The messages that mention the caller, by name or by `@all`, in the chats in which they are a participant, newest first.
    /// Removed messages and the caller's own are left out, and so is an `@all` from before they joined. A page holds at most
    /// about 128 KiB of text, so it may have fewer messages than requested.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn mentions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of messages to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<MentionConnection> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        let range = args.range::<MessagePosition>()?;
        let wanted = MentionRange {
            after: range.after,
            limit: range.limit(),
            text: MAX_PAGE_TEXT_BYTES,
        };
        let part = read_at_least(context, caller, at_least, |database| async move {
            let part = db::message_mentions::of_user(&database.pool, user, wanted).await?;
            // A replica that does not know the caller yet does not know who mentions them, either.
            let is_known = !part.items.is_empty()
                || !db::feeds::heads(&database.pool, &[user.into()])
                    .await?
                    .is_empty();
            Ok(is_known.then_some(part))
        });
        let part = part.await?.ok_or_else(Error::unauthenticated)?;
        let page = range.trim_truncated(part.items, part.is_truncated);
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection
            .edges
            .extend(page.items.into_iter().map(|message| {
                let key = MessagePosition::of(&message).to_string();
                Edge::new(key, Message::from(message))
            }));
        Ok(connection)
    }
}
