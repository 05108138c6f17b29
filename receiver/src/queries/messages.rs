//! A chat's messages, page by page.

use async_graphql::{
    Context, Object, Result,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::{ChatId, ClientCursor, Instant, MessageId, Number, Reason};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, messages::NumberRange},
    objects::{
        message::{Message, MessageConnection},
        pagination::{
            DEFAULT_PAGE_SIZE, MAX_PAGE_TEXT_BYTES, Page, PageArgs, PageRange, page_cost,
        },
    },
    participants::{
        access::{Access, PreauthorizedChat},
        participation::access_of,
    },
    state::RequestContext,
};

/// `Query.messages`.
#[derive(Default)]
pub(crate) struct Messages;

#[Object]
impl Messages {
    /// The messages of a chat, oldest first. Without paging arguments, the newest 50. The caller must be a participant,
    /// or the chat must be public and the caller must never have been a participant: after leaving a public chat, join
    /// again to read it. A page holds at most about 128 KiB of text, so it may have fewer messages than requested.
    #[allow(clippy::too_many_arguments)] // They are the field's arguments; GraphQL has no other place for them.
    #[graphql(complexity = "page_cost(first.or(last), child_complexity)")]
    async fn messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "The number of items to return from the start of the list, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items to return from the end of the list, at most 100.")]
        last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "The id of a message in the chat. Returns `first` messages (50 if absent) with this one in the middle."
        )]
        around: Option<MessageId>,
        #[graphql(
            desc = "The number of a message in the chat. Returns the same as `around` with its id; the newest page if the chat has fewer messages."
        )]
        around_number: Option<Number>,
        #[graphql(
            desc = "A point in time. Returns the same as `around` with the id of the first message that was sent then or later, or of the newest one if there is none."
        )]
        around_time: Option<Instant>,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<MessageConnection> {
        let middle = Middle::of(around, around_number, around_time)?;
        let last = if first.is_none() && middle.is_none() {
            last.or(Some(DEFAULT_PAGE_SIZE))
        } else {
            last
        };
        let range = PageArgs {
            first,
            after,
            last,
            before,
        }
        .range::<Number>()?;
        if at_least.is_none() && PreauthorizedChat::covers(context, chat_id) {
            let page = page(&context.database()?.pool, chat_id, middle, range).await?;
            return Ok(connection(page));
        }
        let caller = Caller::of(context)?;
        let page = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            page(&database.pool, chat_id, middle, range).await.map(Some)
        });
        let page = page.await?.ok_or_else(|| Error::not_found("chat"))?;
        Ok(connection(page))
    }
}

/// What a page is around.
#[derive(Clone, Copy, Debug)]
enum Middle {
    Message(MessageId),
    Number(Number),
    Time(Instant),
}

impl Middle {
    /// The one that was named.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when several were named, or a number that no message has.
    fn of(
        message: Option<MessageId>,
        number: Option<Number>,
        time: Option<Instant>,
    ) -> Result<Option<Self>, Error> {
        if number.is_some_and(|number| number < 1) {
            let (min, max) = (1, i64::from(i32::MAX));
            return Err(Error::bad_input(
                "aroundNumber",
                Reason::OutOfRange { min, max },
            ));
        }
        match (message, number, time) {
            (None, None, None) => Ok(None),
            (Some(id), None, None) => Ok(Some(Self::Message(id))),
            (None, Some(number), None) => Ok(Some(Self::Number(number))),
            (None, None, Some(time)) => Ok(Some(Self::Time(time))),
            _ => Err(Error::bad_input(
                "around",
                Reason::NotTogetherWith {
                    other: "aroundNumber or aroundTime",
                },
            )),
        }
    }

    /// The number of the message in the middle. None if the chat has no messages.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is no such message; when Postgres does not answer.
    async fn number(self, pool: &Pool, chat_id: ChatId) -> Result<Option<Number>, Error> {
        match self {
            Self::Message(id) => {
                let found = db::messages::by_id(pool, &[(chat_id, id)]).await?;
                let message = found.first().ok_or_else(|| Error::not_found("message"))?;
                Ok(Some(message.number))
            }
            Self::Number(number) => {
                let newest = db::messages::newest_number(pool, chat_id).await?;
                Ok(newest.map(|newest| number.min(newest)))
            }
            Self::Time(time) => db::messages::number_at(pool, chat_id, time).await,
        }
    }
}

/// A page of messages of a chat that this request may read.
async fn page(
    pool: &Pool,
    chat_id: ChatId,
    middle: Option<Middle>,
    range: PageRange<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    match middle {
        Some(middle) => around(pool, chat_id, middle, range).await,
        None => between(pool, chat_id, range).await,
    }
}

async fn between(
    pool: &Pool,
    chat_id: ChatId,
    range: PageRange<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    let wanted = NumberRange {
        after: range.after.unwrap_or(0),
        before: range.before.unwrap_or(Number::MAX),
        limit: range.limit(),
        text: MAX_PAGE_TEXT_BYTES,
    };
    let part = if range.backward {
        db::messages::newest_between(pool, chat_id, wanted).await?
    } else {
        db::messages::oldest_between(pool, chat_id, wanted).await?
    };
    Ok(range.trim_truncated(part.items, part.is_truncated))
}

/// The page around a message or a point in time; half of it stays empty at an end of the chat.
async fn around(
    pool: &Pool,
    chat_id: ChatId,
    middle: Middle,
    range: PageRange<Number>,
) -> Result<Page<shared_schema::Message>, Error> {
    if range.backward || range.after.is_some() || range.before.is_some() {
        return Err(Error::bad_input(
            "around",
            Reason::NotTogetherWith {
                other: "last, after or before",
            },
        ));
    }
    let Some(middle) = middle.number(pool, chat_id).await? else {
        return between(pool, chat_id, range).await;
    };
    // From the middle on in both directions: where texts are long, the message itself is there.
    let earlier = (range.size / 2).min(middle - 1);
    let wanted = NumberRange {
        after: middle - 1 - earlier,
        before: middle,
        limit: earlier,
        text: MAX_PAGE_TEXT_BYTES / 2,
    };
    let before = db::messages::newest_between(pool, chat_id, wanted).await?;
    let wanted = NumberRange {
        after: middle - 1,
        before: Number::MAX,
        limit: range.limit() - earlier,
        text: MAX_PAGE_TEXT_BYTES / 2,
    };
    let after = db::messages::oldest_between(pool, chat_id, wanted).await?;
    let mut messages = before.items;
    messages.reverse();
    messages.extend(after.items);
    let mut page = range.trim_truncated(messages, after.is_truncated);
    page.has_previous = before.is_truncated || middle - earlier > 1;
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
