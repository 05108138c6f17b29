//! Search in the texts of messages.

use async_graphql::{Context, Object, Result, connection::PageInfo};
use chassis::{Caller, Error, graphql::AnswerBudget};
use shared_schema::{ChatId, Instant, Reason};
use uuid::Uuid;

use crate::{
    databases::{database::Database, read_at_least::read_at_least},
    db::{
        self, message_parts::MessagePart, message_position::MessagePosition, message_search::Hit,
    },
    objects::{
        message::Message,
        message_search::{MessageSearchConnection, MessageSearchEdge, TextRange},
        pagination::{MAX_PAGE_TEXT_BYTES, PageArgs, PageRange, page_cost},
    },
    participants::{access::Access, participation::access_of},
    search::{
        highlights::highlights,
        metrics::SearchMetrics,
        plan::{Plan, Term},
        scan::{Found, scan},
        syntax,
    },
    state::RequestContext,
};

/// Maximum number of characters in a query.
const MAX_QUERY_LENGTH: u32 = 200;

/// `Query.searchMessages`.
#[derive(Default)]
pub(crate) struct SearchMessages;

#[Object]
impl SearchMessages {
    /// Searches the texts of messages, newest first: of those in one chat, or in all chats in which the caller is a
    /// participant. One chat can also be a public chat in which the caller has never been a participant. Removed messages
    /// are not found, and edited ones are found by their current text.
    ///
    /// All words of the query must be in the text, in any order; a word also finds longer words that begin with it. Case,
    /// character width and the encoding of accents do not matter. Text in scripts that do not separate words, such as Chinese
    /// or Thai, is found by any part of it. Also: `"some words"` next to each other, `-word` for texts without it,
    /// `from:@username` (or `from:me`), `in:#name` or `in:@username` for chats, `has:link`, `mentions:me`, and `before:`,
    /// `after:` and `on:` with a UTC date such as `2026-01-31`. `has:file` and `has:image` find nothing yet. Anything else is text.
    ///
    /// The time for a page is limited: see `complete`.
    #[graphql(complexity = "page_cost(Some(first), child_complexity)")]
    async fn search_messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to search for: at most 200 characters.")] query: String,
        #[graphql(desc = "Search only in this chat.")] chat_id: Option<ChatId>,
        #[graphql(
            desc = "The number of messages to return, at most 100. A page holds at most about 128 KiB of text, so it may have fewer.",
            default = 20
        )]
        first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<MessageSearchConnection> {
        let caller = Caller::of(context)?;
        if query.chars().count() > MAX_QUERY_LENGTH as usize {
            return Err(Error::bad_input(
                "query",
                Reason::TooLong {
                    max: MAX_QUERY_LENGTH,
                },
            )
            .into());
        }
        let args = PageArgs {
            first: Some(first),
            after,
            ..PageArgs::default()
        };
        let request = SearchRequest {
            query: syntax::SearchQuery::parse(&query),
            chat: chat_id,
            range: args.range()?,
        };
        let request = &request;
        let metrics = &context.state()?.searches;
        let results = read_at_least(context, caller, None, |database| async move {
            results(database, caller, request, metrics).await
        });
        let results = results.await?.ok_or_else(|| match chat_id {
            Some(_) => Error::not_found("chat"),
            None => Error::unauthenticated(),
        })?;
        let texts = results.part.items.iter();
        let bytes = texts.filter_map(|message| message.content.as_ref());
        AnswerBudget::admits(context, bytes.map(String::len).sum());
        Ok(results.into_connection(request))
    }
}

/// A request whose arguments were checked.
struct SearchRequest {
    query: syntax::SearchQuery,
    chat: Option<ChatId>,
    range: PageRange<MessagePosition>,
}

/// What was found, and the messages of the page.
#[derive(Default)]
struct Results {
    terms: Vec<Term>,
    found: Found,
    part: MessagePart,
    has_more: bool,
}

/// None where there is no such chat, or no such user.
async fn results(
    database: &Database,
    caller: &Caller,
    request: &SearchRequest,
    metrics: &SearchMetrics,
) -> Result<Option<Results>, Error> {
    let pool = &database.searches;
    let user = caller.user_id;
    if let Some(chat) = request.chat {
        let access = access_of(pool, caller, chat).await?;
        if !access.is_some_and(Access::reads) {
            return Ok(None);
        }
    }
    let plan = match request.query.is_empty() {
        true => None,
        false => Plan::of(pool, user, request.chat, &request.query).await?,
    };
    let Some(plan) = plan else {
        return Ok(Some(Results::default()));
    };
    let chats = db::message_search::searchable_chats(pool, user, &plan.chats).await?;
    // A replica that does not know the caller yet does not know their chats, either.
    if chats.is_empty() && db::feeds::heads(pool, &[user.into()]).await?.is_empty() {
        return Ok(None);
    }
    let before = plan.before.map(|at| MessagePosition {
        at,
        chat: ChatId(Uuid::nil()),
        number: 1,
    });
    let start = match (request.range.after, before) {
        (Some(after), Some(before)) => Some(after.min(before)),
        (after, before) => after.or(before),
    };
    let limit = usize::try_from(request.range.limit()).unwrap_or(usize::MAX);
    let mut found = scan(pool, user, &plan, &chats, start, limit, metrics).await?;
    let has_more = found.hits.len() == limit;
    if has_more {
        found.hits.pop();
    }
    let part = db::message_search::page(pool, user, &found.hits, MAX_PAGE_TEXT_BYTES).await?;
    Ok(Some(Results {
        terms: plan.terms,
        found,
        part,
        has_more,
    }))
}

impl Results {
    fn into_connection(self, request: &SearchRequest) -> MessageSearchConnection {
        let Self {
            terms,
            found,
            part,
            has_more,
        } = self;
        let is_shown = |hit: &&Hit| part.items.last().is_some_and(|last| last.id == hit.id);
        let last_shown = found.hits.iter().rfind(is_shown).map(|hit| hit.position);
        let last_found = found.hits.last().map(|hit| hit.position);
        // Where the next page begins.
        let end = match (part.is_truncated, has_more) {
            (true, _) => last_shown,
            (false, true) => last_found,
            (false, false) => found.stopped_at,
        };
        let edges: Vec<MessageSearchEdge> = part
            .items
            .into_iter()
            .map(|message| edge(message, &terms))
            .collect();
        MessageSearchConnection {
            page_info: PageInfo {
                has_previous_page: request.range.after.is_some(),
                has_next_page: end.is_some(),
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: end.or(last_shown).map(|position| position.to_string()),
            },
            edges,
            complete: found.stopped_at.is_none(),
            searched_back_to: end.map(|position| Instant(position.at)),
        }
    }
}

fn edge(message: shared_schema::Message, terms: &[Term]) -> MessageSearchEdge {
    let text = message.content.as_deref().unwrap_or_default();
    let unit = |units: usize| i32::try_from(units).unwrap_or(i32::MAX);
    let highlights = highlights(text, terms)
        .into_iter()
        .map(|found| TextRange {
            start: unit(found.start),
            length: unit(found.end - found.start),
        })
        .collect();
    MessageSearchEdge {
        cursor: MessagePosition::of(&message).to_string(),
        node: Message::from(message),
        highlights,
    }
}
