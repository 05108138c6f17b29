//! All watched feeds of this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use chassis::{Error, postgres::Pool};
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use shared_schema::{ChatId, Cursor, Event, FeedRef, Received, Signal, UserId};
use tokio::sync::{Semaphore, mpsc, oneshot};
use uuid::Uuid;

use super::{catch_up::TotalText, feed::Feed, sequencer::OfferResult};
use crate::{db, live::read_receipt_choices::ReadReceiptChoices};

/// Reads of missing ranges that may run at once; further ones wait their turn.
const MAX_CONCURRENT_READS: usize = 16;

/// Maximum time that a new watcher waits for Redis to confirm the subscription to the channel. Without it, the sweep
/// finds what is missed.
const SUBSCRIBE_TIMEOUT: Duration = Duration::from_millis(100);

/// Bounds of the live feeds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HubArgs {
    /// Maximum events in the window of a feed.
    pub(crate) window: usize,
    /// Maximum bytes of all windows.
    pub(crate) window_bytes: usize,
    /// A client that missed more events than this has to reset.
    pub(crate) resume_limit: i64,
}

/// A change of the Redis channels that this process subscribes to.
#[derive(Debug)]
pub(crate) enum ChannelChange {
    /// Subscribe to these feeds; confirm when Redis has, or at once when it is away.
    Subscribe(Vec<FeedRef>, oneshot::Sender<()>),
    /// Unsubscribe from this feed.
    Unsubscribe(FeedRef),
}

/// What the hub counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedMetrics {
    pub(crate) watched: Gauge,
    pub(crate) delivered: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) backfills: Counter,
    pub(crate) forks: Counter,
    pub(crate) behind: Counter,
    pub(crate) window_bytes: Gauge,
}

impl FeedMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "feeds_watched",
            "Feeds that this process watches",
            metrics.watched.clone(),
        );
        registry.register(
            "events_delivered",
            "Events that a sequencer accepted",
            metrics.delivered.clone(),
        );
        registry.register(
            "events_duplicate",
            "Publications of events that the feed already had",
            metrics.duplicates.clone(),
        );
        registry.register(
            "feed_fills",
            "Reads of missing events from Postgres",
            metrics.backfills.clone(),
        );
        registry.register(
            "feed_forks",
            "Feeds whose history was replaced",
            metrics.forks.clone(),
        );
        registry.register(
            "feeds_behind",
            "Feeds that a sweep found to be behind Postgres",
            metrics.behind.clone(),
        );
        registry.register(
            "window_bytes",
            "Approximate memory used by the windows of all feeds at the last sweep, in bytes",
            metrics.window_bytes.clone(),
        );
        metrics
    }
}

struct WatchedFeed {
    feed: Arc<Feed>,
    watchers: usize,
}

/// The watched feeds. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Inner>);

struct Inner {
    feeds: Mutex<HashMap<FeedRef, WatchedFeed>>,
    channel_changes: mpsc::UnboundedSender<ChannelChange>,
    pool: Pool,
    args: HubArgs,
    reads: Semaphore,
    /// The size of all feeds' catch-up caches.
    catch_up_text: TotalText,
    choices: ReadReceiptChoices,
    metrics: FeedMetrics,
}

/// Keeps a feed watched for as long as it is held.
pub(crate) struct Watch {
    feed: Arc<Feed>,
    hub: Weak<Inner>,
}

impl Watch {
    /// The feed.
    #[must_use]
    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.release(self.feed.id());
        }
    }
}

impl Hub {
    /// A hub without feeds, and the receiver of its channel changes.
    #[expect(
        clippy::disallowed_methods,
        reason = "one entry per watch that was taken or dropped since Redis' last answer"
    )]
    #[must_use]
    pub(crate) fn new(
        pool: Pool,
        args: HubArgs,
        metrics: FeedMetrics,
    ) -> (Self, mpsc::UnboundedReceiver<ChannelChange>) {
        let (channel_changes, changes) = mpsc::unbounded_channel();
        let inner = Inner {
            feeds: Mutex::default(),
            channel_changes,
            pool,
            args,
            reads: Semaphore::new(MAX_CONCURRENT_READS),
            catch_up_text: TotalText::default(),
            choices: ReadReceiptChoices::default(),
            metrics,
        };
        (Self(Arc::new(inner)), changes)
    }

    /// Watches these feeds, each open and at a head that Postgres has confirmed; absent ones do not exist.
    ///
    /// The channels are followed before the heads are read, so nothing committed after this returns is missed for longer
    /// than until the next sweep.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn watch(&self, feeds: &[FeedRef]) -> Result<HashMap<FeedRef, Watch>, Error> {
        let mut watches: HashMap<FeedRef, Watch> = feeds
            .iter()
            .map(|&feed| (feed, self.acquire(feed)))
            .collect();
        let closed: Vec<FeedRef> = watches
            .values()
            .filter(|watch| !watch.feed.is_open())
            .map(|watch| watch.feed.id())
            .collect();
        if closed.is_empty() {
            return Ok(watches);
        }
        let (confirm, confirmed) = oneshot::channel();
        if self
            .0
            .channel_changes
            .send(ChannelChange::Subscribe(closed.clone(), confirm))
            .is_ok()
        {
            // Without a confirmation, events only arrive later: the sweep does not need the channel.
            drop(tokio::time::timeout(SUBSCRIBE_TIMEOUT, confirmed).await);
        }
        let heads = db::feeds::heads(&self.0.pool, &closed).await?;
        for feed in closed {
            match (heads.get(&feed), watches.get(&feed)) {
                (Some(&head), Some(watch)) => watch.feed.open(head),
                _ => drop(watches.remove(&feed)),
            }
        }
        Ok(watches)
    }

    /// Watches one feed; none if it does not exist.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn watch_one(&self, feed: FeedRef) -> Result<Option<Watch>, Error> {
        Ok(self.watch(&[feed]).await?.remove(&feed))
    }

    fn acquire(&self, feed: FeedRef) -> Watch {
        let mut feeds = self.0.feeds();
        let entry = feeds.entry(feed).or_insert_with(|| WatchedFeed {
            feed: Arc::new(Feed::new(feed, self.0.args.window, &self.0.catch_up_text)),
            watchers: 0,
        });
        entry.watchers += 1;
        let watch = Watch {
            feed: Arc::clone(&entry.feed),
            hub: Arc::downgrade(&self.0),
        };
        self.0
            .metrics
            .watched
            .set(i64::try_from(feeds.len()).unwrap_or(i64::MAX));
        watch
    }

    /// All watched feeds.
    #[must_use]
    pub(crate) fn watched(&self) -> Vec<FeedRef> {
        self.0.feeds().keys().copied().collect()
    }

    pub(crate) fn find(&self, feed: FeedRef) -> Option<Arc<Feed>> {
        self.0
            .feeds()
            .get(&feed)
            .map(|entry| Arc::clone(&entry.feed))
    }

    /// The watched feed with this id, whatever it is of: no two feeds have the same.
    fn find_by_id(&self, id: Uuid) -> Option<Arc<Feed>> {
        let feeds = self.0.feeds();
        let of_chat = feeds.get(&ChatId(id).into());
        let entry = of_chat.or_else(|| feeds.get(&UserId(id).into()))?;
        Some(Arc::clone(&entry.feed))
    }

    /// Waits until a feed has reached this position. None for a feed that is not watched here, and for one that has
    /// reached it already.
    pub(crate) fn reaches(
        &self,
        cursor: Cursor,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        let feed = self.find(cursor.feed)?;
        let mut changes = feed.subscribe_changes();
        if feed.head()?.seq >= cursor.seq {
            return None;
        }
        Some(async move {
            while feed.head().is_none_or(|head| head.seq < cursor.seq) {
                if changes.changed().await.is_err() {
                    return;
                }
            }
        })
    }

    /// Reads a watched feed from Postgres now instead of at the next sweep.
    pub(crate) fn refresh(&self, feed: FeedRef) {
        if let Some(feed) = self.find(feed) {
            self.backfill(feed);
        }
    }

    /// Applies what Redis delivered on the channel of the feed with this id.
    pub(crate) fn apply_publication(&self, id: Uuid, received: Received) {
        let Some(feed) = self.find_by_id(id) else {
            return;
        };
        let publication = match received {
            Received::Publication(publication) => publication,
            // The feed has changed. The change is in Postgres, in a form that builds of every release can read.
            Received::Newer { v } => {
                tracing::debug!(v, %id, "ignoring an envelope of a newer version");
                return self.backfill(feed);
            }
        };
        for event in publication.events {
            // A publication can say anything, also that it belongs to another feed.
            if event.feed == feed.id() && self.offer(&feed, event) == OfferResult::Gap {
                self.backfill(Arc::clone(&feed));
                break;
            }
        }
        for signal in publication.signals {
            forward_signal(&feed, signal);
        }
        feed.flush();
    }

    /// Applies a signal that did not come over Redis.
    pub(crate) fn apply_signal(&self, feed: FeedRef, signal: Signal) {
        if let Some(feed) = self.find(feed) {
            forward_signal(&feed, signal);
            feed.flush();
        }
    }

    pub(crate) fn offer(&self, feed: &Feed, event: Event) -> OfferResult {
        let result = feed.offer(event);
        match result {
            OfferResult::Accepted => drop(self.0.metrics.delivered.inc()),
            OfferResult::Duplicate => drop(self.0.metrics.duplicates.inc()),
            OfferResult::Gap => {}
        }
        result
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// Which connected users tell what they have read.
    pub(crate) fn read_receipt_choices(&self) -> &ReadReceiptChoices {
        &self.0.choices
    }

    pub(crate) fn args(&self) -> HubArgs {
        self.0.args
    }

    pub(crate) fn metrics(&self) -> &FeedMetrics {
        &self.0.metrics
    }

    /// Events of a feed from Postgres, from `from` on, and none after more than `text` bytes of messages. Waits its turn: only so many such reads run at once.
    pub(crate) async fn read(
        &self,
        feed: FeedRef,
        from: i64,
        limit: i64,
        text: i64,
    ) -> Result<Vec<Event>, Error> {
        let _permit = self.0.reads.acquire().await.map_err(Error::internal)?;
        db::feed_events::page(&self.0.pool, feed, from, limit, text).await
    }
}

fn forward_signal(feed: &Feed, signal: Signal) {
    // One that this build does not know belongs to no feed.
    if signal.feed() == Some(feed.id()) {
        feed.signal(signal);
    }
}

impl Inner {
    fn feeds(&self) -> MutexGuard<'_, HashMap<FeedRef, WatchedFeed>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(&self, feed: FeedRef) {
        let mut feeds = self.feeds();
        if let Some(entry) = feeds.get_mut(&feed) {
            entry.watchers -= 1;
            if entry.watchers == 0 {
                feeds.remove(&feed);
                // Sent under the lock, so that it cannot overtake a Follow of the next watcher. An error only means
                // that the process is ending.
                drop(self.channel_changes.send(ChannelChange::Unsubscribe(feed)));
            }
        }
        self.metrics
            .watched
            .set(i64::try_from(feeds.len()).unwrap_or(i64::MAX));
    }
}
