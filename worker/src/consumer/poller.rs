//! Looks for new events of one consumer, and handles them.

use std::time::Duration;

use chassis::Error;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    consumers::Consumer,
    db::{
        consumer_positions,
        consumer_shards::{self, Shard},
        feed_events::{self, Candidate, Search},
    },
    outage::Outage,
    state::State,
};

/// Feeds that one transaction handles.
const MAX_FEEDS: i64 = 50;

/// Events of one feed that one transaction handles.
const MAX_EVENTS_PER_FEED: i64 = 100;

/// A watermark is moved when it is so old, although nothing has happened: not with each look.
const IDLE_WATERMARK_AGE: Duration = Duration::from_secs(10);

/// One loop. There may be one in any number of processes.
pub(crate) struct Poller {
    consumer: Consumer,
    kinds: Vec<String>,
    state: State,
}

impl Poller {
    pub(crate) fn new(consumer: Consumer, state: State) -> Self {
        Self {
            consumer,
            kinds: consumer.kinds(),
            state,
        }
    }

    /// Runs until `stop` is cancelled. A running transaction is completed.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut outage = Outage::of("no feed can be read");
        while !stop.is_cancelled() {
            let polled = self.poll().await;
            outage.tell(polled.as_ref().err());
            if !matches!(polled, Ok(true)) {
                let pause = sleep(self.state.work.consumer_poll);
                let _ = stop.run_until_cancelled(pause).await;
            }
        }
    }

    /// Whether more is known to be left.
    async fn poll(&self) -> Result<bool, Error> {
        let name = self.consumer.name();
        let (now, busy) = {
            let client = self.state.pool.get().await?;
            let mark = consumer_shards::oldest_watermark(&client, name).await?;
            self.state.metrics.set_lag(name, mark.age_seconds);
            let search = self.search(mark.watermark);
            let busy = feed_events::shards_with_news(&client, &search).await?;
            if mark.age_seconds > IDLE_WATERMARK_AGE.as_secs_f64() || mark.age_seconds < 0.0 {
                consumer_shards::move_idle_watermarks(&client, name, &busy, mark.now).await?;
            }
            (mark.now, busy)
        };
        tracing::trace!(consumer = name, %now, shards = busy.len(), "looked for events");
        let mut more = false;
        for shard in busy {
            more |= self.consume(shard).await?;
        }
        Ok(more)
    }

    /// Handles the new events of one shard, unless another worker is doing so. Returns whether more are known to be
    /// left.
    async fn consume(&self, number: i32) -> Result<bool, Error> {
        let name = self.consumer.name();
        let mut client = self.state.pool.get().await?;
        let tx = client.transaction().await?;
        let Some(shard) = consumer_shards::lock(&tx, name, number).await? else {
            return Ok(false);
        };
        let search = self.search(shard.watermark);
        let candidates = feed_events::candidates(&tx, &search, &shard, MAX_FEEDS).await?;
        let mut is_all = candidates.len() < usize::try_from(MAX_FEEDS).unwrap_or(usize::MAX);
        let mut handled = 0;
        for candidate in &candidates {
            let events = self.new_events(&tx, &shard, candidate).await?;
            is_all &= events.len() < usize::try_from(MAX_EVENTS_PER_FEED).unwrap_or(usize::MAX);
            for event in &events {
                self.consumer.handle(&tx, event).await?;
            }
            if let Some(last) = events.last() {
                consumer_positions::set(&tx, name, last).await?;
            }
            handled += events.len() as u64;
        }
        if is_all {
            consumer_shards::move_watermark(&tx, name, &shard).await?;
        }
        tx.commit().await?;
        self.state.metrics.handle(name, handled);
        Ok(!is_all)
    }

    async fn new_events(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        shard: &Shard,
        candidate: &Candidate,
    ) -> Result<Vec<feed_events::FeedEvent>, Error> {
        let kinds = &self.kinds;
        feed_events::after(tx, candidate, kinds, shard.started_at, MAX_EVENTS_PER_FEED).await
    }

    fn search(&self, watermark: jiff::Timestamp) -> Search<'_> {
        Search {
            consumer: self.consumer.name(),
            kinds: &self.kinds,
            watermark,
            overlap: self.state.work.consumer_overlap,
        }
    }
}
