//! The messages that the caller has written.

use async_graphql::{Context, Object, Result, connection::PageInfo};
use chassis::{Caller, Error, graphql::AnswerBudget};
use shared_schema::{ChatId, Instant, UserId};

use crate::{
    databases::{database::Database, read_at_least::read_at_least},
    db::{
        message_parts::MessagePart,
        message_position::MessagePosition,
        message_search::Hit,
        own_messages::{self, OwnMessageRow},
    },
    objects::{
        own_message::{OwnMessageConnection, OwnMessageEdge},
        pagination::{MAX_PAGE_TEXT_BYTES, PageArgs, PageRange, page_cost},
    },
    search::{
        metrics::SearchMetrics,
        plan::Plan,
        scan::{Found, scan},
    },
    state::RequestContext,
};

/// `Query.myMessages`.
#[derive(Default)]
pub(crate) struct MyMessages;

#[Object]
impl MyMessages {
    /// The messages that the caller has written and that have not been removed, newest first: in all chats in which they are or
    /// have ever been a participant, or in one of these. Empty for any other chat, and for one that was removed.
    ///
    /// The time for a page is limited: see `complete`. Requests count as searches in messages.
    #[graphql(complexity = "page_cost(Some(first), child_complexity)")]
    async fn my_messages(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The number of messages to return, at most 100. A page holds at most about 128 KiB of text, so it may have fewer.",
            default = 20
        )]
        first: i32,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
        #[graphql(desc = "Only messages in this chat.")] chat_id: Option<ChatId>,
    ) -> Result<OwnMessageConnection> {
        let caller = Caller::of(context)?;
        let user = caller.user_id;
        let args = PageArgs {
            first: Some(first),
            after,
            ..PageArgs::default()
        };
        let range = args.range::<MessagePosition>()?;
        let metrics = &context.state()?.searches;
        let read = read_at_least(context, caller, None, |database| async move {
            read(database, user, chat_id, range, metrics).await
        });
        let results = read.await?.ok_or_else(Error::unauthenticated)?;
        let texts = results.part.items.iter();
        AnswerBudget::admits(context, texts.map(|message| message.content.len()).sum());
        Ok(results.into_connection(range))
    }
}

/// What was found, and the messages of the page.
struct Results {
    found: Found,
    part: MessagePart<OwnMessageRow>,
    has_more: bool,
}

/// None if there is no such user.
async fn read(
    database: &Database,
    user: UserId,
    chat: Option<ChatId>,
    range: PageRange<MessagePosition>,
    metrics: &SearchMetrics,
) -> Result<Option<Results>, Error> {
    let pool = &database.searches;
    let Some(since) = own_messages::since(pool, user).await? else {
        return Ok(None);
    };
    let chats = own_messages::chats_of(pool, user, chat).await?;
    let plan = Plan::of_own_messages(since);
    let limit = usize::try_from(range.limit()).unwrap_or(usize::MAX);
    let mut found = scan(pool, user, &plan, &chats, range.after, limit, metrics).await?;
    let has_more = found.hits.len() == limit;
    if has_more {
        found.hits.pop();
    }
    let part = own_messages::page(pool, user, &found.hits, MAX_PAGE_TEXT_BYTES).await?;
    Ok(Some(Results {
        found,
        part,
        has_more,
    }))
}

impl Results {
    fn into_connection(self, range: PageRange<MessagePosition>) -> OwnMessageConnection {
        let Self {
            found,
            part,
            has_more,
        } = self;
        let last_shown = part.items.last().map(position);
        let last_found = found.hits.last().map(|hit: &Hit| hit.position);
        // Where the next page begins.
        let end = match (part.is_truncated, has_more) {
            (true, _) => last_shown,
            (false, true) => last_found,
            (false, false) => found.stopped_at,
        };
        let edges: Vec<OwnMessageEdge> = part
            .items
            .into_iter()
            .map(|message| OwnMessageEdge {
                cursor: position(&message).to_string(),
                node: message.into(),
            })
            .collect();
        OwnMessageConnection {
            page_info: PageInfo {
                has_previous_page: range.after.is_some(),
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

fn position(message: &OwnMessageRow) -> MessagePosition {
    MessagePosition {
        at: message.created_at.0,
        chat: message.chat_id,
        number: message.number,
    }
}
