//! Reads missing events from Postgres, and finds out whether the history is still the same.

use std::sync::Arc;

use chassis::Error;
use shared_schema::{Cursor, Event};

use super::{feed::Feed, hub::Hub, sequencer::OfferResult};
use crate::db;

/// Events per read.
const BACKFILL_BATCH_SIZE: i64 = 500;

impl Hub {
    /// Reads in the background whatever Postgres has beyond the feed's head. One backfill per feed runs at a time.
    pub(crate) fn backfill(&self, feed: Arc<Feed>) {
        if !feed.begin_backfill() {
            return;
        }
        let hub = self.clone();
        tokio::spawn(async move {
            loop {
                hub.metrics().backfills.inc();
                if let Err(error) = hub.backfill_once(&feed).await {
                    // The next sweep tries again.
                    tracing::warn!(%error, feed = %feed.id(), "cannot read missing events of a feed");
                }
                feed.flush();
                if !feed.end_backfill() {
                    return;
                }
            }
        });
    }

    async fn backfill_once(&self, feed: &Arc<Feed>) -> Result<(), Error> {
        loop {
            let Some(head) = feed.head() else {
                return Ok(());
            };
            // The event at our head comes first: it proves that our history is that of Postgres.
            let mut page = self
                .read(feed.id(), head.seq.max(1), BACKFILL_BATCH_SIZE, i64::MAX)
                .await?
                .into_iter();
            let unlike = |event: Event| event.cursor() != head;
            if head.seq > 0 && page.next().is_none_or(unlike) {
                // Live events may have come meanwhile; then our head is newer, and the next turn verifies it.
                if feed.head() == Some(head) {
                    return self.fork(feed).await;
                }
                continue;
            }
            let mut last = 0;
            for event in page {
                last = event.seq;
                if self.offer(feed, event) == OfferResult::Gap {
                    break;
                }
            }
            if last - head.seq < BACKFILL_BATCH_SIZE - 1 {
                return Ok(());
            }
            // There may be much more: readers get it page by page.
            feed.flush();
        }
    }

    async fn fork(&self, feed: &Feed) -> Result<(), Error> {
        let heads = db::feeds::heads(self.pool(), &[feed.id()]).await?;
        let head = heads
            .get(&feed.id())
            .copied()
            .unwrap_or_else(|| Cursor::start(feed.id()));
        tracing::error!(feed = %feed.id(), seq = head.seq, "the history of a feed was replaced; telling subscribers to reset");
        self.metrics().forks.inc();
        feed.fork(head);
        Ok(())
    }
}
