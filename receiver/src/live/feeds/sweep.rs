//! The sweep: the guarantee behind live delivery.
//!
//! Everything faster than the sweep (Redis, a backfill after a gap) may fail without loss, because here every watched
//! feed is compared with Postgres, about once a second.

use std::{sync::Arc, time::Duration};

use chassis::Error;
use shared_schema::{Cursor, FeedRef};
use tokio::{sync::watch, time::Instant};

use super::{feed::Feed, hub::Hub, window_memory};
use crate::db;

/// Time between two sweeps while Redis is connected.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Time between two sweeps while it is not.
const SWEEP_INTERVAL_WITHOUT_REDIS: Duration = Duration::from_millis(250);

/// Feeds compared in one query.
const FEEDS_BATCH_SIZE: usize = 2_000;

/// Maximum marks of each kind per query.
const MAX_MARKS: i64 = 1_000;

/// Marks and choices are looked for this far back, because a transaction takes its time before it can be seen.
const OVERLAP: Duration = Duration::from_secs(3);

/// Sweeps for as long as the process lives. `redis` says whether Redis is connected; when that changes, a sweep follows
/// at once.
pub(crate) async fn sweep(hub: Hub, mut redis: watch::Receiver<bool>) {
    let mut swept = Instant::now();
    loop {
        let begun = Instant::now();
        match sweep_once(&hub, swept.elapsed() + OVERLAP).await {
            Ok(()) => swept = begun,
            Err(error) => tracing::warn!(%error, "a sweep failed"),
        }
        let interval = if *redis.borrow_and_update() {
            SWEEP_INTERVAL
        } else {
            SWEEP_INTERVAL_WITHOUT_REDIS
        };
        tokio::select! {
            () = tokio::time::sleep_until(begun + interval) => {}
            changed = redis.changed() => if changed.is_err() { return },
        }
    }
}

async fn sweep_once(hub: &Hub, within: Duration) -> Result<(), Error> {
    // First, so that whoever hides their marks is not told any that moved meanwhile.
    let choices = hub.read_receipt_choices();
    choices.refresh(hub.pool(), within).await?;
    let watched = hub.watched();
    let known: Vec<_> = watched.iter().filter_map(|&feed| hub.find(feed)).collect();
    free_memory(hub, &known);
    for feeds in watched.chunks(FEEDS_BATCH_SIZE) {
        compare_heads(hub, feeds).await?;
        apply_receipts(hub, feeds, within).await?;
    }
    Ok(())
}

/// Frees memory that is unlikely to be needed any more.
fn free_memory(hub: &Hub, feeds: &[Arc<Feed>]) {
    for feed in feeds {
        feed.drop_old_batches();
    }
    let bytes = window_memory::trim(feeds, hub.args().window_bytes);
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    hub.metrics().window_bytes.set(bytes);
}

async fn compare_heads(hub: &Hub, feeds: &[FeedRef]) -> Result<(), Error> {
    // Before the query: whatever was here then was committed then, so Postgres can only be further.
    let known: Vec<(Arc<Feed>, Option<Cursor>)> = feeds
        .iter()
        .filter_map(|&feed| hub.find(feed))
        .map(|feed| (Arc::clone(&feed), feed.head()))
        .collect();
    let heads = db::feeds::heads(hub.pool(), feeds).await?;
    for (feed, known) in known {
        let known = known.map_or(0, |head| head.seq);
        let behind = match heads.get(&feed.id()) {
            // Further back than what subscribers have received: a failover lost the tail, and the backfill will find
            // that.
            Some(&head) => head.seq < known || feed.has_had(head) != Some(true),
            // A feed that is gone is a fork, and the backfill will find that.
            None => known > 0,
        };
        if behind && feed.is_open() {
            hub.metrics().behind.inc();
            hub.backfill(feed);
        }
    }
    Ok(())
}

/// Receipts are state, not events: this makes up for lost signals.
async fn apply_receipts(hub: &Hub, feeds: &[FeedRef], within: Duration) -> Result<(), Error> {
    let chats: Vec<_> = feeds.iter().filter_map(|feed| feed.chat()).collect();
    for receipt in db::receipts::moved_within(hub.pool(), &chats, within, MAX_MARKS).await? {
        hub.apply_signal(receipt.chat_id.into(), receipt.into());
    }
    Ok(())
}
