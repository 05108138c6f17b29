//! The sweep: the guarantee behind live delivery.
//!
//! Everything faster than the sweep (Redis, fills on a gap) may fail without loss, because here every watched feed is
//! compared with Postgres, about once a second.

use std::{sync::Arc, time::Duration};

use chassis::{Error, mutants::planted};
use shared_schema::{Cursor, FeedId};
use tokio::{sync::watch, time::Instant};

use super::{feed::Feed, hub::Hub, window_memory};
use crate::db;

/// Between two sweeps while Redis delivers.
const CALM: Duration = Duration::from_secs(1);

/// Between two sweeps while it does not.
const ALERT: Duration = Duration::from_millis(250);

/// Feeds compared in one query.
const CHUNK: usize = 2_000;

/// Read marks passed on per chunk and sweep.
const MARKS: i64 = 1_000;

/// Marks are looked for this far back, because a transaction takes its time before it can be seen.
const MARK_OVERLAP: Duration = Duration::from_secs(3);

/// Sweeps for as long as the process lives. `redis` says whether hints arrive; when it changes, a sweep follows at once.
pub(crate) async fn sweep(hub: Hub, mut redis: watch::Receiver<bool>) {
    let mut swept = Instant::now();
    loop {
        let begun = Instant::now();
        match sweep_once(&hub, swept.elapsed() + MARK_OVERLAP).await {
            Ok(()) => swept = begun,
            Err(error) => tracing::warn!(%error, "cannot sweep"),
        }
        let pause = if *redis.borrow_and_update() {
            CALM
        } else {
            ALERT
        };
        tokio::select! {
            () = tokio::time::sleep_until(begun + pause) => {}
            changed = redis.changed() => if changed.is_err() { return },
        }
    }
}

async fn sweep_once(hub: &Hub, marks_within: Duration) -> Result<(), Error> {
    let watched = hub.watched();
    let held: Vec<_> = watched.iter().filter_map(|&feed| hub.find(feed)).collect();
    tidy(hub, &held);
    for feeds in watched.chunks(CHUNK) {
        compare(hub, feeds).await?;
        pass_marks_on(hub, feeds, marks_within).await?;
    }
    Ok(())
}

/// Gives back the memory that nobody is likely to need any more.
fn tidy(hub: &Hub, feeds: &[Arc<Feed>]) {
    for feed in feeds {
        feed.forget_old_batches();
    }
    let bytes = window_memory::trim(feeds, hub.args().window_bytes);
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    hub.metrics().window_bytes.set(bytes);
}

async fn compare(hub: &Hub, feeds: &[FeedId]) -> Result<(), Error> {
    if planted("no_sweep") {
        return Ok(());
    }
    // Before the query: what was held then was committed then, so Postgres can only be further.
    let held: Vec<(Arc<Feed>, Option<Cursor>)> = feeds
        .iter()
        .filter_map(|&feed| hub.find(feed))
        .map(|feed| (Arc::clone(&feed), feed.head()))
        .collect();
    let heads = db::feeds::heads(hub.pool(), feeds).await?;
    for (feed, held) in held {
        let held = held.map_or(0, |head| head.seq);
        let behind = match heads.get(&feed.id()) {
            // Further back than what was told already: a failover lost the tail, and the fill will say so.
            Some(&head) => head.seq < held || feed.agrees(head) != Some(true),
            // A feed that is gone is a fork, and the fill will say so.
            None => held > 0,
        };
        if behind && feed.is_open() {
            hub.metrics().swept.inc();
            hub.fill(feed);
        }
    }
    Ok(())
}

/// Other people's read marks are state, not events: a lost signal is made up for here.
async fn pass_marks_on(hub: &Hub, feeds: &[FeedId], within: Duration) -> Result<(), Error> {
    let chats: Vec<_> = feeds.iter().map(|feed| feed.chat()).collect();
    for mark in db::participants::read_within(hub.pool(), &chats, within, MARKS).await? {
        hub.hear_signal(mark.chat_id.into(), mark.into());
    }
    Ok(())
}
