//! One subscriber's position in one feed.

use std::sync::Arc;

use chassis::Error;
use shared_schema::{Cursor, Event, Signal};
use tokio::{sync::watch, time::Instant};

use super::{
    batch::{EventBatch, MAX_READ_TEXT_BYTES, ResetReason, batch_of},
    catch_up::{CatchUpBatch, events_to_next_slot},
    feed::FeedView,
    hub::{Hub, Watch},
    sequencer::Step,
};

/// A position in a watched feed that moves forward, batch by batch, to the head and then with it.
///
/// It never skips an event in silence: between two batches without `reset`, the events are exactly those between the
/// two cursors.
pub(crate) struct Reader {
    hub: Hub,
    watch: Watch,
    position: Cursor,
    forks: u64,
    /// Still on the way from the cursor that the client came with: the limit on gaps applies.
    resuming: bool,
    /// Postgres has the event at the position, but this process has not received it yet.
    verified: bool,
    /// The batches of signals before this number were handed out or missed.
    next_signal: u64,
    changes: watch::Receiver<u64>,
}

/// The next step of a reader.
enum ReadStep {
    /// The reader has reached the end of what was flushed.
    AtEnd,
    /// The batch that live readers receive.
    Live(Arc<EventBatch>),
    /// The batch that readers behind share; if it was not built yet, it has to be read from Postgres.
    CatchUp(CatchUpBatch),
    /// The client missed more events than are replayed.
    GapTooLarge,
    /// The position does not lie on this history.
    Diverged,
    /// The feed of this process has not reached the position yet.
    Ahead,
}

/// Why Postgres has no events for the reader.
enum ReadError {
    /// The position does not lie on its history.
    Diverged,
    /// Postgres is away.
    Failed(Error),
}

impl Reader {
    /// Reads on from `after`, or from now. The watch must be of an open feed and the cursor of the same feed.
    #[must_use]
    pub(crate) fn new(hub: &Hub, watch: Watch, after: Option<Cursor>) -> Self {
        let feed = watch.feed();
        let start = Cursor::start(feed.id());
        let (end, next_signal, forks) = feed
            .inspect(|view| (view.live.flushed_to(), view.live.next_number(), view.forks))
            .unwrap_or((start, 0, 0));
        Self {
            hub: hub.clone(),
            changes: feed.subscribe_changes(),
            next_signal,
            position: after.unwrap_or(end),
            resuming: after.is_some(),
            verified: false,
            forks,
            watch,
        }
    }

    /// Whether it is still on the way from the cursor that the client came with.
    #[must_use]
    pub(crate) fn resumes(&self) -> bool {
        self.resuming
    }

    /// A batch with the reader's position and without events.
    #[must_use]
    pub(crate) fn announcement(&self) -> EventBatch {
        EventBatch::at(self.position, self.end() == self.position)
    }

    /// The next batch, or none when the reader is at the end of what was flushed.
    ///
    /// Safe to cancel: the position only moves when a batch is returned.
    ///
    /// # Errors
    /// When the events must come from Postgres and it is away. Try again.
    pub(crate) async fn catch_up(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        let inspected = self
            .watch
            .feed()
            .inspect(|view| (view.forks, view.live.flushed_to(), self.next_step(view)));
        let Some((forks, end, step)) = inspected else {
            return Ok(None);
        };
        if forks != self.forks {
            self.forks = forks;
            return Ok(Some(self.reset_to(end, ResetReason::Forked)));
        }
        match step {
            ReadStep::AtEnd => {
                self.resuming = false;
                Ok(None)
            }
            ReadStep::Live(batch) => Ok(Some(self.advance(batch))),
            ReadStep::CatchUp(slot) => match slot.get() {
                Some(batch) => Ok(Some(self.advance(Arc::clone(batch)))),
                // Rare, and its future would be most of a subscription's memory.
                None => Box::pin(self.read(&slot)).await.map(Some),
            },
            ReadStep::GapTooLarge => Ok(Some(self.reset_to(end, ResetReason::GapTooLarge))),
            ReadStep::Diverged => Ok(Some(self.reset_to(end, ResetReason::Forked))),
            ReadStep::Ahead => Box::pin(self.verify_position()).await,
        }
    }

    /// Decides the next step.
    fn next_step(&self, view: FeedView<'_>) -> ReadStep {
        let (from, end) = (self.position, view.live.flushed_to());
        let live = view.live.after(from).filter(|_| !self.resuming);
        if let Some(batch) = live {
            return ReadStep::Live(batch);
        }
        let events = match view.sequencer.after(from, events_to_next_slot(from)) {
            Step::AtHead => return ReadStep::AtEnd,
            Step::Ahead => return ReadStep::Ahead,
            Step::Diverged => return ReadStep::Diverged,
            Step::Events(events) => Some(events),
            Step::BeforeWindow => None,
        };
        // Events that were not flushed yet will be delivered live.
        if self.resuming && end.seq - from.seq > self.hub.args().resume_limit {
            return ReadStep::GapTooLarge;
        }
        let events = events.map(|mut events| {
            events.retain(|event| event.seq <= end.seq);
            events
        });
        if events.as_ref().is_some_and(Vec::is_empty) {
            return ReadStep::AtEnd;
        }
        let make = || events.map(|events| batch_of(events, end));
        ReadStep::CatchUp(
            view.catch_up
                .after(from, Instant::now(), view.readers > 1, make),
        )
    }

    /// The next batch, whenever there is one: events, or else signals.
    ///
    /// Safe to cancel.
    ///
    /// # Errors
    /// As [`Reader::catch_up`].
    pub(crate) async fn next(&mut self) -> Result<Arc<EventBatch>, Error> {
        loop {
            // Before the check, so that no change in between is missed.
            self.changes.mark_unchanged();
            if let Some(batch) = self.catch_up().await? {
                return Ok(batch);
            }
            if let Some(batch) = self.signals() {
                return Ok(batch);
            }
            // The sender lives in the feed, which the watch keeps.
            drop(self.changes.changed().await);
        }
    }

    /// The signals since the last ones.
    fn signals(&mut self) -> Option<Arc<EventBatch>> {
        let feed = self.watch.feed();
        let (next, waiting) = feed.inspect(|view| {
            let waiting = view.live.signals_since(self.next_signal);
            (view.live.next_number(), waiting)
        })?;
        match waiting.first() {
            None => {
                self.next_signal = next;
                None
            }
            Some((number, batch)) if batch.cursor == self.position => {
                self.next_signal = number + 1;
                Some(Arc::clone(batch))
            }
            // They were sent to readers at another position.
            Some(_) => {
                self.next_signal = next;
                let signals: Vec<Signal> = waiting
                    .iter()
                    .flat_map(|(_, batch)| batch.signals.iter().cloned())
                    .collect();
                Some(Arc::new(EventBatch {
                    signals,
                    ..self.announcement()
                }))
            }
        }
    }

    /// The client has seen more than this process: its cursor came from a query, a mutation or another instance. That
    /// is no fork as long as Postgres has the event; the feed then catches up with the client.
    async fn verify_position(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        if !self.verified {
            let position = self.position;
            let found = self.hub.read(position.feed, position.seq, 1, 0).await?;
            if found.first().is_none_or(|event| event.cursor() != position) {
                return Ok(Some(self.reset_to(self.end(), ResetReason::Forked)));
            }
            self.verified = true;
            self.hub.backfill(Arc::clone(self.watch.feed()));
        }
        Ok(None)
    }

    /// Reads the next events from Postgres, or waits for another reader that does.
    async fn read(&mut self, slot: &CatchUpBatch) -> Result<Arc<EventBatch>, Error> {
        let read = slot.get_or_try_init(|| self.page()).await;
        match read.map(Arc::clone) {
            Ok(batch) => Ok(self.advance(batch)),
            Err(ReadError::Diverged) => Ok(self.reset_to(self.end(), ResetReason::Forked)),
            Err(ReadError::Failed(error)) => Err(error),
        }
    }

    async fn page(&self) -> Result<Arc<EventBatch>, ReadError> {
        let position = self.position;
        let limit = i64::try_from(events_to_next_slot(position)).unwrap_or(i64::MAX);
        // The event at the position is read first: it proves that the client's history is ours.
        let proof = i64::from(position.seq > 0);
        let from = position.seq + 1 - proof;
        let read = self
            .hub
            .read(position.feed, from, limit + proof, MAX_READ_TEXT_BYTES);
        let page = read.await;
        let mut page = page.map_err(ReadError::Failed)?.into_iter();
        let verified = proof == 0 || page.next().is_some_and(|event| event.cursor() == position);
        let events: Vec<Arc<Event>> = page.map(Arc::new).collect();
        if !verified || events.is_empty() {
            return Err(ReadError::Diverged);
        }
        Ok(Arc::new(batch_of(events, self.end())))
    }

    fn advance(&mut self, batch: Arc<EventBatch>) -> Arc<EventBatch> {
        self.position = batch.cursor;
        self.resuming &= !batch.caught_up;
        batch
    }

    fn reset_to(&mut self, end: Cursor, reason: ResetReason) -> Arc<EventBatch> {
        self.position = end;
        self.resuming = false;
        Arc::new(EventBatch {
            reset: Some(reason),
            ..self.announcement()
        })
    }

    /// How far the feed was flushed.
    fn end(&self) -> Cursor {
        let end = self.watch.feed().inspect(|view| view.live.flushed_to());
        end.unwrap_or(self.position)
    }
}
