//! A chat's messages, page by page.

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, MessageId, Number, Reason};

use crate::{
    databases::read_target::{found, source},
    db::{self, messages::Between},
    objects::{
        message::{Message, MessageConnection},
        pagination::{PAGE, PAGE_TEXT, Page, PageArgs, Window, page_cost},
    },
    participants::access::{Access, Admission},
};

/// `Query.messages`.
#[derive(Default)]
pub(crate) struct Messages;

#[Object]
impl Messages {
    /// The messages of a chat that you may read, oldest first: one that you take part in, or a public one in which you have
    /// never taken part. Whoever left a chat must join again to read it. Without arguments: the newest 50. Where texts are
    /// long, a page is shorter than was asked for: it holds about 128 KiB of them.
    #[allow(clippy::too_many_arguments)] // They are the field's arguments; GraphQL has no other place for them.
    #[graphql(complexity = "page_cost(first.or(last), child_complexity)")]
    async fn messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat.")] chat_id: ChatId,
        #[graphql(desc = "So many from the start of the list, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end of the list, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "A message of the chat: gives the `first` messages (50 if absent) with this one in their middle."
        )]
        around: Option<MessageId>,
        #[graphql(
            desc = "Wait, for a moment, until the answer is at least as new as this position."
        )]
        at_least: Option<Cursor>,
    ) -> Result<MessageConnection> {
        let last = if first.is_none() && around.is_none() {
            last.or(Some(PAGE))
        } else {
            last
        };
        let window = PageArgs {
            first,
            after,
            last,
            before,
        }
        .window::<Number>()?;
        if at_least.is_none() && Admission::covers(context, chat_id) {
            let page = page(&source(context)?.pool, chat_id, around, window).await?;
            return Ok(connection(page));
        }
        let caller = Caller::of(context)?;
        let page = found(context, caller, at_least, |source| async move {
            let access = Access::of(&source.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            page(&source.pool, chat_id, around, window).await.map(Some)
        });
        let page = page.await?.ok_or_else(|| Error::not_found("chat"))?;
        Ok(connection(page))
    }
}

/// A page of a chat that this request may read.
async fn page(
    pool: &Pool,
    chat_id: ChatId,
    around: Option<MessageId>,
    window: Window<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    match around {
        Some(id) => about(pool, chat_id, id, window).await,
        None => between(pool, chat_id, window).await,
    }
}

async fn between(
    pool: &Pool,
    chat_id: ChatId,
    window: Window<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    let wanted = Between {
        after: window.after.unwrap_or(0),
        before: window.before.unwrap_or(Number::MAX),
        limit: window.limit(),
        text: PAGE_TEXT,
    };
    let part = if window.backward {
        db::messages::newest_between(pool, chat_id, wanted).await?
    } else {
        db::messages::oldest_between(pool, chat_id, wanted).await?
    };
    Ok(window.cut_short(part.messages, part.is_cut))
}

/// The page that has the message in its middle; half of it stays empty where the chat ends.
async fn about(
    pool: &Pool,
    chat_id: ChatId,
    id: MessageId,
    window: Window<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    if window.backward || window.after.is_some() || window.before.is_some() {
        return Err(Error::bad_input(
            "around",
            Reason::NotTogetherWith {
                other: "last, after or before",
            },
        ));
    }
    let found = db::messages::by_id(pool, &[(chat_id, id)]).await?;
    let middle = found
        .first()
        .ok_or_else(|| Error::not_found("message"))?
        .number;
    // From the middle on in both directions: where texts are long, the message itself is there.
    let earlier = (window.size / 2).min(middle - 1);
    let wanted = Between {
        after: middle - 1 - earlier,
        before: middle,
        limit: earlier,
        text: PAGE_TEXT / 2,
    };
    let before = db::messages::newest_between(pool, chat_id, wanted).await?;
    let wanted = Between {
        after: middle - 1,
        before: Number::MAX,
        limit: window.limit() - earlier,
        text: PAGE_TEXT / 2,
    };
    let after = db::messages::oldest_between(pool, chat_id, wanted).await?;
    let mut messages = before.messages;
    messages.reverse();
    messages.extend(after.messages);
    let mut page = window.cut_short(messages, after.is_cut);
    page.has_previous = before.is_cut || middle - earlier > 1;
    Ok(page)
}

fn connection(page: Page<shared_schema::Message>) -> MessageConnection {
    let mut connection = Connection::new(page.has_previous, page.has_next);
    connection.edges.extend(
        page.items
            .into_iter()
            .map(|message| Edge::new(message.number.to_string(), Message::from(message))),
    );
    connection
}
