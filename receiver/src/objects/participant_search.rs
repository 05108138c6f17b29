//! Participants by the beginning of their name, to complete what somebody types.

use async_graphql::{
    Context, Result,
    connection::{Connection, Edge},
};
use chassis::Error;
use shared_schema::{ChatId, Reason};

use super::{
    pagination::{PageRange, page_cost},
    participant::ParticipantConnection,
    receipt::participants_shown,
};
use crate::{
    db::{self, participants::JoiningKey},
    state::RequestContext,
};

/// Maximum number of characters in a search query.
const MAX_QUERY_LENGTH: usize = 100;

/// What a search counts for, besides what it finds: in a large chat it may look at every participant.
const SEARCH_COST: usize = 500;

/// The points of a list of participants.
#[must_use]
pub(crate) fn cost(size: Option<i32>, is_search: bool, item: usize) -> usize {
    let search = if is_search { SEARCH_COST } else { 0 };
    search + page_cost(size, item)
}

/// The participants of a chat, of which the caller is one, whose names begin with the query.
///
/// # Errors
/// `BAD_USER_INPUT` when the query is too long, or when it is to be read from its end.
pub(crate) async fn participants_named(
    context: &Context<'_>,
    chat: ChatId,
    query: &str,
    range: PageRange<JoiningKey>,
) -> Result<ParticipantConnection> {
    if query.chars().count() > MAX_QUERY_LENGTH {
        let max = u32::try_from(MAX_QUERY_LENGTH).unwrap_or(u32::MAX);
        return Err(Error::bad_input("query", Reason::TooLong { max }).into());
    }
    if range.backward || range.before.is_some() {
        let other = "last or before";
        return Err(Error::bad_input("query", Reason::NotTogetherWith { other }).into());
    }
    let pool = &context.database()?.pool;
    let found = db::participants::named(pool, chat, query, range.after, range.limit()).await?;
    let page = range.trim(found);
    let mut connection = Connection::new(page.has_previous, page.has_next);
    let keys: Vec<_> = page.items.iter().map(|row| row.key().to_string()).collect();
    let shown = participants_shown(context, page.items).await?;
    let edges = keys.into_iter().zip(shown);
    connection
        .edges
        .extend(edges.map(|(key, participant)| Edge::new(key, participant)));
    Ok(connection)
}
