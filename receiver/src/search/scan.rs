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
    message_position::MessagePosition,
    message_search::{BLOCK_SIZE, Hit, SearchMethod, SearchableChat, Window, WindowHits},
};

/// After this time a search stops, with what it has.
const MAX_SEARCH_TIME: Duration = Duration::from_millis(250);

/// A statement should not take longer. The size of the next one depends on how long the last one took.
const STATEMENT_TIME: Duration = Duration::from_millis(100);

/// Chats that are searched in one statement.
const MAX_CHATS: usize = 64;

/// The numbers of a chat's first window: fewer where many chats are searched, of which the newest hits are a few of each.
const FIRST_NUMBERS: i64 = 8;
const MAX_FIRST_NUMBERS: i64 = 64;

/// The numbers of the first statement, and those of any.
const FIRST_STATEMENT_NUMBERS: i64 = 256;
const MAX_STATEMENT_NUMBERS: i64 = 16_384;

/// Blocks of the first statement, and entries of the index that are looked up in any.
const FIRST_STATEMENT_BLOCKS: i64 = 4;
const MAX_STATEMENT_ENTRIES: i64 = 512;

/// The next window of a chat is larger than the one before by this factor.
const WINDOW_GROWTH: i64 = 4;

/// The next statement is larger than the one before by at most this factor.
const STATEMENT_GROWTH: i64 = 16;

/// After so many messages, the share of hits among them decides.
const SAMPLE: i64 = 64;

/// If one in so many messages is a hit, most segments of the index have one, and looking at the newest messages is cheaper than at
/// those of a whole block.
const FREQUENT: i64 = 32;

/// What a search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Newest first: no more than were asked for.
    pub(crate) hits: Vec<Hit>,
    /// Everything after this was searched, if the search stopped too early.
    pub(crate) stopped_at: Option<MessagePosition>,
}

/// Where the search stands in a chat.
#[derive(Clone, Copy, Debug)]
struct Frontier {
    /// No message that was not searched is after this.
    position: MessagePosition,
    /// The newest message that was not searched, if it is known.
    last: Option<Number>,
    /// The size of the next window by number and by index.
    numbers: i64,
    blocks: i64,
}

impl Frontier {
    /// Where a search begins that returns what comes after `start`. None if nothing of the chat does.
    fn of(chat: &SearchableChat, start: Option<MessagePosition>, numbers: i64) -> Option<Self> {
        let newest = MessagePosition {
            at: chat.last_at,
            chat: chat.id,
            number: chat.newest,
        };
        let Some(start) = start else {
            return Some(Self::at(newest, Some(chat.newest), numbers));
        };
        if start.chat == chat.id && start.number != Number::MAX {
            let last = start.number - 1;
            let position = MessagePosition {
                number: last,
                ..start
            };
            return (last > 0).then(|| Self::at(position, Some(last), numbers));
        }
        if newest < start {
            return Some(Self::at(newest, Some(chat.newest), numbers));
        }
        // Chats are in descending order where the times are the same.
        let at = match chat.id <= start.chat {
            true => start.at,
            false => start.at - SignedDuration::from_micros(1),
        };
        let position = MessagePosition {
            at,
            chat: chat.id,
            number: Number::MAX,
        };
        Some(Self::at(position, None, numbers))
    }

    fn at(position: MessagePosition, last: Option<Number>, numbers: i64) -> Self {
        Self {
            position,
            last,
            numbers,
            blocks: 1,
        }
    }

    /// After a window was searched. None if there is nothing left.
    fn after(
        &self,
        searched: &WindowHits,
        method: SearchMethod,
        (since, limit): (Timestamp, usize),
    ) -> Option<Self> {
        let (mut numbers, mut blocks) = (self.numbers, self.blocks);
        match method {
            SearchMethod::ByNumber => {
                numbers = (numbers * WINDOW_GROWTH).min(MAX_STATEMENT_NUMBERS)
            }
            SearchMethod::ByIndex => blocks = (blocks * WINDOW_GROWTH).min(MAX_STATEMENT_ENTRIES),
        }
        let (at, last) = match searched.hits.last() {
            // There may be more below the last one.
            Some(hit) if searched.hits.len() >= limit => (hit.position.at, hit.position.number - 1),
            _ => (searched.older_at?, searched.first - 1),
        };
        let position = MessagePosition {
            at,
            number: last,
            ..self.position
        };
        (last > 0 && at >= since).then_some(Self {
            position,
            last: Some(last),
            numbers,
            blocks,
        })
    }

    /// The cursor after which a search finds what was not searched.
    fn cursor(&self) -> MessagePosition {
        let number = self.last.map_or(Number::MAX, |last| last.saturating_add(1));
        MessagePosition {
            number,
            ..self.position
        }
    }

    /// The numbers or blocks of the next window.
    fn size(&self, method: SearchMethod) -> i64 {
        match method {
            SearchMethod::ByNumber => self.numbers,
            SearchMethod::ByIndex => self.blocks,
        }
    }

    fn window(&self, method: SearchMethod, most: i64) -> Window {
        let size = self.size(method).min(most);
        Window {
            chat: self.position.chat,
            last: self.last,
            before: self.position.at + SignedDuration::from_micros(1),
            size: match method {
                SearchMethod::ByNumber => size,
                SearchMethod::ByIndex => size * BLOCK_SIZE,
            },
        }
    }
}

/// How much the next statement may search.
#[derive(Clone, Copy, Debug)]
struct Budget {
    numbers: i64,
    blocks: i64,
    max_blocks: i64,
    /// The index took so long that it is not asked any longer: what it finds is not what is looked for.
    is_index_slow: bool,
}

impl Budget {
    fn new(plan: &Plan) -> Self {
        let lexemes = i64::try_from(plan.lexemes).unwrap_or(i64::MAX).max(1);
        let max_blocks = (MAX_STATEMENT_ENTRIES / lexemes).max(1);
        Self {
            numbers: FIRST_STATEMENT_NUMBERS,
            blocks: FIRST_STATEMENT_BLOCKS.min(max_blocks),
            max_blocks,
            is_index_slow: false,
        }
    }

    fn of(&self, method: SearchMethod) -> i64 {
        match method {
            SearchMethod::ByNumber => self.numbers,
            SearchMethod::ByIndex => self.blocks,
        }
    }

    /// After so many numbers or blocks took so long.
    fn adapt(&mut self, method: SearchMethod, size: i64, took: Duration) {
        let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX).max(1);
        let in_time = i64::try_from(STATEMENT_TIME.as_micros()).unwrap_or(i64::MAX);
        let next = (size * in_time / micros).min(size * STATEMENT_GROWTH);
        match method {
            SearchMethod::ByNumber => {
                self.numbers = next.clamp(FIRST_NUMBERS, MAX_STATEMENT_NUMBERS);
            }
            SearchMethod::ByIndex => self.blocks = next.clamp(1, self.max_blocks),
        }
    }
}

/// How many messages were searched so far, and how many of them are hits.
#[derive(Clone, Copy, Debug, Default)]
struct Density {
    searched: i64,
    hits: i64,
}

impl Density {
    fn add(&mut self, window: &WindowHits, limit: usize) {
        // Where there are more hits than were asked for, the rest of the window was not looked at.
        let first = match window.hits.last() {
            Some(hit) if window.hits.len() >= limit => hit.position.number,
            _ => window.first,
        };
        self.searched += (window.last - first + 1).max(0);
        self.hits += i64::try_from(window.hits.len()).unwrap_or(i64::MAX);
    }

    /// How to search next.
    fn method(self, plan: &Plan, budget: &Budget) -> SearchMethod {
        let is_known = self.searched >= SAMPLE;
        let is_frequent = self.hits * FREQUENT >= self.searched;
        match plan.filter.template {
            Some(_) if is_known && !is_frequent && !budget.is_index_slow => SearchMethod::ByIndex,
            _ => SearchMethod::ByNumber,
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
    start: Option<MessagePosition>,
    limit: usize,
    metrics: &SearchMetrics,
) -> Result<Found, Error> {
    let since = plan.filter.since;
    let count = i64::try_from(chats.len()).unwrap_or(i64::MAX).max(1);
    let numbers = (FIRST_STATEMENT_NUMBERS / count).clamp(FIRST_NUMBERS, MAX_FIRST_NUMBERS);
    let mut frontiers: Vec<Frontier> = chats
        .iter()
        .filter_map(|chat| Frontier::of(chat, start, numbers))
        .filter(|frontier| frontier.position.at >= since)
        .collect();
    let mut hits: Vec<Hit> = Vec::new();
    let mut density = Density::default();
    let mut budget = Budget::new(plan);
    let started = Instant::now();
    let mut has_searched = false;
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
        if has_searched && started.elapsed() > MAX_SEARCH_TIME {
            metrics.incomplete.inc();
            let stopped_at = newest.cursor();
            hits.retain(|hit| hit.position > newest.position);
            hits.truncate(limit);
            return Ok(Found {
                hits,
                stopped_at: Some(stopped_at),
            });
        }
        let method = density.method(plan, &budget);
        let (count, size) = next_statement(&frontiers, method, budget.of(method));
        let windows: Vec<Window> = frontiers[..count]
            .iter()
            .map(|frontier| frontier.window(method, budget.of(method)))
            .collect();
        metrics.windows.inc_by(windows.len() as u64);
        let asked = (method, &plan.filter);
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let began = Instant::now();
        let results = match db::message_search::search(pool, user, &windows, asked, most).await {
            Err(Error::Unavailable { .. }) if method == SearchMethod::ByIndex => {
                budget.is_index_slow = true;
                continue;
            }
            results => results?,
        };
        budget.adapt(method, size, began.elapsed());
        has_searched = true;
        let searched: Vec<Frontier> = frontiers.drain(..count).collect();
        for result in results {
            density.add(&result, limit);
            let frontier = searched.get(result.window);
            frontiers.extend(
                frontier.and_then(|frontier| frontier.after(&result, method, (since, limit))),
            );
            hits.extend(result.hits);
        }
        hits.sort_unstable_by(|one, other| other.cmp(one));
    }
}

/// How many of these chats the next statement searches, and how many numbers or blocks of them together.
fn next_statement(frontiers: &[Frontier], method: SearchMethod, budget: i64) -> (usize, i64) {
    let (mut count, mut total) = (0, 0);
    for frontier in frontiers.iter().take(MAX_CHATS) {
        let size = frontier.size(method).min(budget);
        if count > 0 && total + size > budget {
            break;
        }
        count += 1;
        total += size;
    }
    (count, total)
}
