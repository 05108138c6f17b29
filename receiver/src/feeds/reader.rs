//! One subscriber's position in one feed.

use std::sync::Arc;

use chassis::{Error, mutants::planted};
use shared_schema::{Cursor, Event, Signal};
use tokio::sync::watch;

use super::{
    Hub, Step, Watch,
    batch::{BATCH, Batch, ResetReason, fitting},
};

/// A position in a watched feed that moves forward, batch by batch, to the head and then with it.
///
/// It never skips an event in silence: between two batches without `reset`, the events are exactly those between the
/// two cursors.
pub struct Reader {
    hub: Hub,
    watch: Watch,
    position: Cursor,
    forks: u64,
    /// Still on the way from the cursor that the client came with: the limit on gaps applies.
    resuming: bool,
    /// Postgres has the event at the position, although the feed here has not come so far yet.
    proved: bool,
    /// The batches of signals before this number were handed out or missed.
    signalled: u64,
    changes: watch::Receiver<u64>,
}

impl Reader {
    /// Reads on from `after`, or from now. The watch must be of an open feed and the cursor of the same feed.
    #[must_use]
    pub fn new(hub: &Hub, watch: Watch, after: Option<Cursor>) -> Self {
        let feed = watch.feed();
        let start = Cursor::start(feed.id());
        let (end, signalled, forks) = feed
            .look(|view| (view.cuts.end(), view.cuts.next(), view.forks))
            .unwrap_or((start, 0, 0));
        Self {
            hub: hub.clone(),
            changes: feed.subscribe_changes(),
            signalled,
            position: after.filter(|_| !planted("cursor_ignored")).unwrap_or(end),
            resuming: after.is_some(),
            proved: false,
            forks,
            watch,
        }
    }

    /// Everything up to here was handed out.
    #[must_use]
    pub fn position(&self) -> Cursor {
        self.position
    }

    /// Whether it is still on the way from the cursor that the client came with.
    #[must_use]
    pub fn resumes(&self) -> bool {
        self.resuming
    }

    /// A batch that says where the reader stands, without events.
    #[must_use]
    pub fn announcement(&self) -> Batch {
        Batch::at(self.position, self.end() == self.position)
    }

    /// The next batch, or none when the reader is at the end of what was cut.
    ///
    /// Safe to cancel: the position only moves when a batch is returned.
    ///
    /// # Errors
    /// When the events must come from Postgres and it is away. Try again.
    pub async fn catch_up(&mut self) -> Result<Option<Arc<Batch>>, Error> {
        let looked = self.watch.feed().look(|view| {
            let shared = view.cuts.after(self.position).filter(|_| !self.resuming);
            let step = match shared {
                Some(_) => Step::AtHead,
                None => view.sequencer.after(self.position, BATCH),
            };
            let end = view.cuts.end();
            (view.forks, end, shared, step)
        });
        let Some((forks, end, shared, step)) = looked else {
            return Ok(None);
        };
        if forks != self.forks {
            self.forks = forks;
            return Ok(Some(self.reset_to(end, ResetReason::Forked)));
        }
        if let Some(batch) = shared {
            self.position = batch.cursor;
            return Ok(Some(batch));
        }
        match step {
            Step::AtHead => {
                self.resuming = false;
                Ok(None)
            }
            Step::NotOurs => Ok(Some(self.reset_to(end, ResetReason::Forked))),
            // Rare, and its future would be most of what a subscription costs.
            Step::Ahead => Box::pin(self.prove()).await,
            // What is not cut yet will come live.
            _ if self.resuming && end.seq - self.position.seq > self.hub.args().resume_limit => {
                Ok(Some(self.reset_to(end, ResetReason::GapTooLarge)))
            }
            Step::Events(mut events) => {
                events.retain(|event| event.seq <= end.seq);
                if events.is_empty() {
                    // What lies ahead is not cut yet.
                    self.resuming = false;
                    return Ok(None);
                }
                Ok(Some(self.advance(events)))
            }
            Step::BeforeWindow => Box::pin(self.read()).await.map(Some),
        }
    }

    /// The next batch, whenever there is one: events, or else signals.
    ///
    /// Safe to cancel.
    ///
    /// # Errors
    /// As [`Reader::catch_up`].
    pub async fn next(&mut self) -> Result<Arc<Batch>, Error> {
        loop {
            // Before looking, so that a change in between is not slept through.
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

    /// The signals that have come since the last ones.
    fn signals(&mut self) -> Option<Arc<Batch>> {
        let feed = self.watch.feed();
        let (next, waiting) = feed.look(|view| {
            let waiting = view.cuts.signals_since(self.signalled);
            (view.cuts.next(), waiting)
        })?;
        match waiting.first() {
            None => {
                self.signalled = next;
                None
            }
            Some((number, batch)) if batch.cursor == self.position => {
                self.signalled = number + 1;
                Some(Arc::clone(batch))
            }
            // They were sent to readers who stood elsewhere.
            Some(_) => {
                self.signalled = next;
                let signals: Vec<Signal> = waiting
                    .iter()
                    .flat_map(|(_, batch)| batch.signals.iter().cloned())
                    .collect();
                Some(Arc::new(Batch {
                    signals,
                    ..self.announcement()
                }))
            }
        }
    }

    /// The client has seen more than this process: its cursor came from a query, a mutation or another instance. That is
    /// no fork as long as Postgres has the event; the feed then catches up with the client.
    async fn prove(&mut self) -> Result<Option<Arc<Batch>>, Error> {
        if !self.proved {
            let position = self.position;
            let found = self.hub.read(position.feed, position.seq, 1).await?;
            if found.first().is_none_or(|event| event.cursor() != position) {
                return Ok(Some(self.reset_to(self.end(), ResetReason::Forked)));
            }
            self.proved = true;
            self.hub.fill(Arc::clone(self.watch.feed()));
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<Arc<Batch>, Error> {
        let position = self.position;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        // The event at the position comes first, as proof that the client's history is ours.
        let proof = i64::from(position.seq > 0);
        let from = position.seq + 1 - proof;
        let mut page = self
            .hub
            .read(position.feed, from, limit + proof)
            .await?
            .into_iter();
        let proved = proof == 0 || page.next().is_some_and(|event| event.cursor() == position);
        let events: Vec<Arc<Event>> = page.map(Arc::new).collect();
        if !proved || events.is_empty() {
            return Ok(self.reset_to(self.end(), ResetReason::Forked));
        }
        Ok(self.advance(events))
    }

    fn advance(&mut self, mut events: Vec<Arc<Event>>) -> Arc<Batch> {
        events.truncate(fitting(&events));
        if let Some(last) = events.last() {
            self.position = last.cursor();
        }
        let batch = Batch {
            events,
            ..self.announcement()
        };
        self.resuming &= !batch.caught_up;
        Arc::new(batch)
    }

    fn reset_to(&mut self, end: Cursor, reason: ResetReason) -> Arc<Batch> {
        self.position = end;
        self.resuming = false;
        Arc::new(Batch {
            reset: Some(reason),
            ..self.announcement()
        })
    }

    /// How far the feed was cut.
    fn end(&self) -> Cursor {
        let end = self.watch.feed().look(|view| view.cuts.end());
        end.unwrap_or(self.position)
    }
}
