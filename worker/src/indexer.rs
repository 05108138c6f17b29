//! Indexes the words of messages, some seconds after they were sent.
//!
//! Searches do not wait for it: what is not indexed is looked at message by message. How far a chat is indexed is stored with its
//! words, in one transaction, so any number of workers may do this and any of them may be killed at any point.

use std::time::{Duration, Instant};

use chassis::Error;
use jiff::Timestamp;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{db::words, outage::Outage, state::State};

/// Chats of one look.
const MAX_CHATS: i32 = 256;

/// Messages of one transaction.
const MAX_MESSAGES: i64 = 512;

/// After each look this rests, so many times as long as the look took: whoever sends needs the processor more.
const REST: u32 = 3;

/// All chats are compared with the index when a worker begins, and so often: what was missed by the time of events is found by that.
const COMPARE_ALL: Duration = Duration::from_secs(3_600);

/// One loop. There may be one in any number of processes.
pub(crate) struct Indexer {
    state: State,
    /// Everything from before this time is indexed. None before all chats were compared.
    since: Option<Timestamp>,
    compared: Instant,
}

impl Indexer {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            since: None,
            compared: Instant::now(),
        }
    }

    /// Runs until `stop` is cancelled. A running transaction is completed.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut outage = Outage::of("no words can be indexed");
        while !stop.is_cancelled() {
            let began = Instant::now();
            let indexed = self.index(&stop).await;
            outage.tell(indexed.as_ref().err());
            let rest = match indexed {
                Ok(true) => began.elapsed() * REST,
                Ok(false) | Err(_) => self.state.work.index_poll.max(began.elapsed() * REST),
            };
            let _ = stop.run_until_cancelled(sleep(rest)).await;
        }
    }

    /// Whether more is known to be left.
    async fn index(&mut self, stop: &CancellationToken) -> Result<bool, Error> {
        if self.compared.elapsed() > COMPARE_ALL {
            self.since = None;
        }
        let client = self.state.pool.get().await?;
        let backlog = words::backlog(&client, self.since, MAX_CHATS).await?;
        let mut is_all = backlog.chats.len() < usize::try_from(MAX_CHATS).unwrap_or(usize::MAX);
        let mut indexed = 0;
        for &chat in &backlog.chats {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let messages = words::index(&client, chat, MAX_MESSAGES).await?;
            is_all &= messages < MAX_MESSAGES;
            indexed += messages;
        }
        self.state.metrics.index(indexed);
        if is_all {
            if self.since.is_none() {
                self.compared = Instant::now();
            }
            // Events become visible when their transaction commits, and another worker may be at one of the chats.
            self.since = backlog
                .at
                .checked_sub(self.state.work.consumer_overlap)
                .ok();
        }
        Ok(!is_all)
    }
}
