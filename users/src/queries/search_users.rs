//! `searchUsers`: finds users by a part of their name.

use std::str::FromStr;

use async_graphql::{Context, Object, Result, SimpleObject, connection::PageInfo};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use chassis::{Caller, Error};
use shared_schema::{Reason, User};

use crate::{
    db::public_profiles::{self, Rank},
    state::{RequestContext, State},
};

/// Maximum number of users on a page.
const MOST: i32 = 100;
/// Number of users on a page if the client names none.
const DEFAULT: i32 = 20;

/// A page of users.
#[derive(SimpleObject)]
pub(crate) struct UserConnection {
    /// The users with their cursors.
    edges: Vec<UserEdge>,
    /// The users without their cursors.
    nodes: Vec<User>,
    /// The cursors of the page and whether there are more results.
    page_info: PageInfo,
}

/// A user in the search result, with their cursor.
#[derive(SimpleObject)]
pub(crate) struct UserEdge {
    /// The user.
    node: User,
    /// Pass it as `after` to continue from here.
    cursor: String,
}

#[derive(Default)]
pub(crate) struct SearchUsers;

#[Object]
impl SearchUsers {
    /// Users whose username or display name contains the search text, best matches first. The comparison ignores case,
    /// character width and the encoding of accents. A search text of two letters matches only at the beginning of
    /// words.
    #[graphql(complexity = "page_complexity(first, child_complexity)")]
    async fn search_users(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The search text: 2 to 100 characters. A single character is enough if it can be a word or a syllable, as in Chinese, Japanese and Korean."
        )]
        query: String,
        #[graphql(desc = "The number of users to return, 1 to 100.", default = 20)] first: Option<
            i32,
        >,
        #[graphql(desc = "The cursor of the last user on the previous page.")] after: Option<
            String,
        >,
    ) -> Result<UserConnection> {
        Caller::of(context)?;
        let search = Search::parse(&query, first.unwrap_or(DEFAULT), after.as_deref())?;
        Ok(search_users(context.state()?, &search).await?)
    }
}

/// Half a point for each field of each user: a whole page of everything is within the limit, and a second one is not.
fn page_complexity(first: Option<i32>, child_complexity: usize) -> usize {
    let users = usize::try_from(first.unwrap_or(DEFAULT)).unwrap_or(0);
    child_complexity + users.saturating_mul(child_complexity) / 2
}

/// Valid arguments.
struct Search {
    term: String,
    first: usize,
    after: Option<Rank>,
}

impl Search {
    fn parse(query: &str, first: i32, after: Option<&str>) -> Result<Self, Error> {
        let term = text::folded(query);
        let refused = |reason| Err(Error::bad_input("query", reason));
        match term.chars().count() {
            0 => return refused(Reason::TooShort { min: 2 }),
            1 if !term.starts_with(stands_alone) => return refused(Reason::TooShort { min: 2 }),
            1..=100 => {}
            _ => return refused(Reason::TooLong { max: 100 }),
        }
        let first = usize::try_from(first)
            .ok()
            .filter(|_| (1..=MOST).contains(&first))
            .ok_or_else(|| Error::bad_input("first", Reason::OutOfRange { min: 1, max: 100 }))?;
        Ok(Self {
            term,
            first,
            after: after.map(Rank::from_str).transpose()?,
        })
    }
}

/// Whether a single character is enough for a search: in these scripts it can be a word or a syllable, and names are
/// short. The same rule as that of `search_grams` in the database.
fn stands_alone(c: char) -> bool {
    c >= '\u{2e80}'
}

async fn search_users(state: &State, search: &Search) -> Result<UserConnection, Error> {
    let connection = state.pool.get().await?;
    // One more row than requested tells whether there is a next page.
    let limit = i64::try_from(search.first + 1).map_err(Error::internal)?;
    let mut found =
        public_profiles::search(&connection, &search.term, search.after.as_ref(), limit).await?;
    let has_next_page = found.len() > search.first;
    found.truncate(search.first);
    let edges: Vec<UserEdge> = found
        .into_iter()
        .map(|(rank, node)| UserEdge {
            node,
            cursor: rank.cursor(),
        })
        .collect();
    Ok(UserConnection {
        nodes: edges.iter().map(|edge| edge.node.clone()).collect(),
        page_info: PageInfo {
            has_previous_page: search.after.is_some(),
            has_next_page,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        },
        edges,
    })
}

impl Rank {
    fn cursor(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}:{}", self.distance, self.username))
    }
}

impl FromStr for Rank {
    type Err = Error;

    fn from_str(cursor: &str) -> Result<Self, Error> {
        let parse = || {
            let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
            let (distance, username) = text.split_once(':')?;
            Some(Self {
                distance: distance.parse().ok()?,
                username: username.to_owned(),
            })
        };
        parse().ok_or_else(|| Error::bad_input("after", Reason::NotACursor))
    }
}
