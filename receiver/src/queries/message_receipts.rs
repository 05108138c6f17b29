//! Who has received and read one message.

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error};
use futures_util::try_join;
use shared_schema::{ChatId, ClientCursor, Number};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, participants::JoiningKey},
    objects::{
        pagination::{PageArgs, page_cost},
        receipt::{Receipt, ReceiptConnection, ReceiptCounts},
    },
    participants::{access::Access, participation::access_of},
    state::RequestContext,
};

/// `Query.messageReceipts`.
#[derive(Default)]
pub(crate) struct MessageReceipts;

#[Object]
impl MessageReceipts {
    /// Who has received and read a message, in the order in which they joined: those who took part when it was sent and take
    /// part now, without its sender. The caller must be a participant of the chat. Null if there is no message of this number,
    /// or if it was removed.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn message_receipts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "The number of the message.")] number: Number,
        #[graphql(desc = "The number of receipts to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<Option<ReceiptConnection>> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let users = &[user];
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        let range = args.range::<JoiningKey>()?;
        let found = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if access != Some(Access::Participant) {
                return Ok(None);
            }
            let pool = &database.pool;
            let read = try_join!(
                db::receipts::of_message(pool, chat_id, number, range.after, range.limit()),
                db::profiles::read_receipts(pool, users),
                db::chats::participant_count(pool, chat_id),
            );
            read.map(Some)
        });
        let found = found.await?.ok_or_else(|| Error::not_found("chat"))?;
        let (Some(message), choices, participants) = found else {
            return Ok(None);
        };
        let is_telling = choices.get(&user) == Some(&true);
        let is_small = participants <= context.state()?.max_receipt_participants;
        let counts = ReceiptCounts {
            recipient_count: message.recipients,
            delivered_count: is_small.then_some(message.delivered),
            read_count: is_telling.then_some(message.read),
        };
        let page = range.trim(message.receipts);
        let mut connection =
            Connection::with_additional_fields(page.has_previous, page.has_next, counts);
        connection.edges.extend(page.items.iter().map(|row| {
            let key = row.key().to_string();
            Edge::new(key, Receipt::shown(row, is_telling))
        }));
        Ok(Some(connection))
    }
}
