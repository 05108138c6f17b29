//! Which ranges of messages a search reads, and when it stops.
//!
//! Each chat has a frontier: everything above it was searched. The chats with the newest frontiers are searched next, because
//! nothing found further down can stand before what is there. So the list is in order although each chat is searched by
//! itself, and chats that were silent for long are not touched until everything newer was searched.

use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

use chassis::{Error, postgres::Pool};
use jiff::{SignedDuration, Timestamp};
use shared_schema::{Number, UserId};

use super::{metrics::SearchMetrics, plan::Plan};
use crate::db::{
    self,
    message_search::{Hit, Position, SearchableChat, Window, WindowHits},
};

/// After this time a search stops, with what it has.
const MAX_SEARCH_TIME: Duration = Duration::from_millis(250);

/// Chats that are searched at once: few at first, because words that are looked for are often found in the newest messages.
const FIRST_CHATS: usize = 4;
const MAX_CHATS: usize = 64;

/// Entries of the index that are looked up at once.
const MAX_ENTRIES: usize = 512;

/// Blocks that are looked at at once where there are no words.
const MAX_BLOCKS_WITHOUT_WORDS: usize = 4;

/// A chat grows its blocks by this factor for each window in which the page was not found.
const GROWTH: i64 = 4;

/// What a search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Newest first: no more than were asked for.
    pub(crate) hits: Vec<Hit>,
    /// Everything after this was searched, if the search stopped too early.
    pub(crate) stopped_at: Option<Position>,
}

/// Where the search stands in a chat.
#[derive(Clone, Copy, Debug)]
struct Frontier {
    /// No message that was not searched is after this.
    position: Position,
    /// The newest message that was not searched, if it is known.
    last: Option<Number>,
    /// The size of the next window.
    blocks: i64,
}

impl Frontier {
    /// Where a search begins that returns what comes after `start`. None if nothing of the chat does.
    fn of(chat: &SearchableChat, start: Option<Position>) -> Option<Self> {
        let newest = Position {
            at: chat.last_at,
            chat: chat.id,
            number: chat.newest,
        };
        let Some(start) = start else {
            return Some(Self::at(newest, Some(chat.newest)));
        };
        if start.chat == chat.id && start.number != Number::MAX {
            let last = start.number - 1;
            let position = Position {
                number: last,
                ..start
            };
            return (last > 0).then(|| Self::at(position, Some(last)));
        }
        if newest < start {
            return Some(Self::at(newest, Some(chat.newest)));
        }
        // Chats are in descending order where the times are the same.
        let at = match chat.id <= start.chat {
            true => start.at,
            false => start.at - SignedDuration::from_micros(1),
        };
        let position = Position {
            at,
            chat: chat.id,
            number: Number::MAX,
        };
        Some(Self::at(position, None))
    }

    fn at(position: Position, last: Option<Number>) -> Self {
        Self {
            position,
            last,
            blocks: 1,
        }
    }

    /// After a window was searched. None if there is nothing left.
    fn after(&self, searched: &WindowHits, since: Timestamp, limit: usize) -> Option<Self> {
        let blocks = self.blocks.saturating_mul(GROWTH);
        let (at, last) = match searched.hits.last() {
            // There may be more below the last one.
            Some(hit) if searched.hits.len() >= limit => (hit.position.at, hit.position.number - 1),
            _ => (searched.older_at?, searched.first - 1),
        };
        let position = Position {
            at,
            number: last,
            ..self.position
        };
        (last > 0 && at >= since).then_some(Self {
            position,
            last: Some(last),
            blocks,
        })
    }

    /// The cursor after which a search finds what was not searched.
    fn cursor(&self) -> Position {
        let number = self.last.map_or(Number::MAX, |last| last.saturating_add(1));
        Position {
            number,
            ..self.position
        }
    }

    fn window(&self, most_blocks: usize) -> Window {
        Window {
            chat: self.position.chat,
            last: self.last,
            before: self.position.at + SignedDuration::from_micros(1),
            blocks: self.blocks.min(i64::try_from(most_blocks).unwrap_or(1)),
        }
    }
}

/// Finds the newest `limit` messages after `start` in these chats.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn scan(
    pool: &Pool,
    user: UserId,
    plan: &Plan,
    chats: &[SearchableChat],
    start: Option<Position>,
    limit: usize,
    metrics: &SearchMetrics,
) -> Result<Found, Error> {
    let since = plan.filter.since;
    let mut frontiers: Vec<Frontier> = chats
        .iter()
        .filter_map(|chat| Frontier::of(chat, start))
        .filter(|frontier| frontier.position.at >= since)
        .collect();
    let mut hits: Vec<Hit> = Vec::new();
    let mut most_chats = FIRST_CHATS;
    let started = Instant::now();
    loop {
        // Nothing below what fills the page matters.
        let full = hits.get(limit.saturating_sub(1)).map(|hit| hit.position);
        frontiers.retain(|frontier| full.is_none_or(|full| frontier.position > full));
        frontiers.sort_unstable_by_key(|frontier| Reverse(frontier.position));
        let Some(newest) = frontiers.first() else {
            hits.truncate(limit);
            return Ok(Found {
                hits,
                stopped_at: None,
            });
        };
        if started.elapsed() > MAX_SEARCH_TIME && most_chats > FIRST_CHATS {
            metrics.incomplete.inc();
            let stopped_at = newest.cursor();
            hits.retain(|hit| hit.position > newest.position);
            hits.truncate(limit);
            return Ok(Found {
                hits,
                stopped_at: Some(stopped_at),
            });
        }
        let searched: Vec<Frontier> = frontiers.drain(..most_chats.min(frontiers.len())).collect();
        let most_blocks = most_blocks(plan, searched.len());
        let windows: Vec<Window> = searched
            .iter()
            .map(|frontier| frontier.window(most_blocks))
            .collect();
        metrics.windows.inc_by(windows.len() as u64);
        let size = i64::try_from(limit).unwrap_or(i64::MAX);
        let results = db::message_search::search(pool, user, &windows, &plan.filter, size).await?;
        for result in results {
            let after = searched
                .get(result.window)
                .and_then(|frontier| frontier.after(&result, since, limit));
            frontiers.extend(after);
            hits.extend(result.hits);
        }
        hits.sort_unstable_by(|one, other| other.cmp(one));
        most_chats = (most_chats * 2).min(MAX_CHATS);
    }
}

fn most_blocks(plan: &Plan, chats: usize) -> usize {
    let at_once = match plan.lexemes {
        0 => MAX_BLOCKS_WITHOUT_WORDS,
        lexemes => MAX_ENTRIES / lexemes,
    };
    (at_once / chats.max(1)).max(1)
}
