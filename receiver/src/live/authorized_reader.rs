//! A reader that ends with its caller's right to read.
//!
//! Invariant: the reader yields nothing after the event that ended a participation, whichever way it came: live, from
//! the window, from Postgres, or past it by a reset (then participation is checked again, after the reset fixed the
//! position). Whoever does not tell what they have read is not told what others have.

use std::{sync::Arc, time::Duration};

use chassis::{Caller, Error, postgres::Pool};
use futures_util::{Stream, stream};
use shared_schema::{Change, Event, Signal};
use tokio::time::sleep;

use super::{
    feeds::{batch::EventBatch, reader::Reader},
    read_receipt_choices::ReadReceiptChoice,
};
use crate::participants::participation::Participation;

/// Time between two attempts while Postgres does not answer. The connection stays open meanwhile.
const RETRY_DELAY: Duration = Duration::from_millis(500);

enum ReadRight {
    /// The caller's own feed, which they may read for as long as they are connected.
    OwnFeed,
    /// A chat's feed: theirs while they take part.
    Chat {
        participation: Participation,
        pool: Pool,
        caller: Caller,
        choice: ReadReceiptChoice,
    },
}

/// One caller's view of one feed.
pub(crate) struct AuthorizedReader {
    reader: Reader,
    right: ReadRight,
    /// A batch that was not checked yet: it stays here so that a cancelled check loses nothing.
    unchecked: Option<Arc<EventBatch>>,
    ended: bool,
}

impl AuthorizedReader {
    /// Reads the caller's own feed.
    #[must_use]
    pub(crate) fn own_feed(reader: Reader) -> Self {
        Self {
            reader,
            right: ReadRight::OwnFeed,
            unchecked: None,
            ended: false,
        }
    }

    /// Reads a chat's feed for as long as the participation lasts.
    #[must_use]
    pub(crate) fn chat(
        reader: Reader,
        participation: Participation,
        pool: &Pool,
        caller: &Caller,
        choice: ReadReceiptChoice,
    ) -> Self {
        let right = ReadRight::Chat {
            participation,
            pool: pool.clone(),
            caller: caller.clone(),
            choice,
        };
        Self {
            reader,
            right,
            unchecked: None,
            ended: false,
        }
    }

    /// The proof that the reader holds, if its feed is a chat's.
    #[must_use]
    pub(crate) fn participation(&self) -> Option<Participation> {
        match &self.right {
            ReadRight::OwnFeed => None,
            ReadRight::Chat { participation, .. } => Some(*participation),
        }
    }

    /// A batch with the reader's position and these signals.
    #[must_use]
    pub(crate) fn announcement(&self, signals: Vec<Signal>) -> Arc<EventBatch> {
        self.known_to_caller(Arc::new(EventBatch {
            signals,
            ..self.reader.announcement()
        }))
    }

    fn known_to_caller(&self, batch: Arc<EventBatch>) -> Arc<EventBatch> {
        match &self.right {
            ReadRight::Chat { choice, .. } if !choice.is_on() => batch.without_reads(),
            ReadRight::Chat { .. } | ReadRight::OwnFeed => batch,
        }
    }

    /// The next batch, or none when there is nothing more for now. Safe to cancel.
    ///
    /// # Errors
    /// When Postgres is needed and away. Try again.
    pub(crate) async fn catch_up(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        if self.ended {
            return Ok(None);
        }
        if self.unchecked.is_none() {
            let Some(batch) = self.reader.catch_up().await? else {
                return Ok(None);
            };
            self.unchecked = Some(batch);
        }
        self.checked().await
    }

    /// The next batch whenever there is one; none once the right to read has ended. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<Arc<EventBatch>> {
        while !self.ended {
            match self.try_next().await {
                Ok(Some(batch)) => return Some(batch),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "a subscription is waiting for the database");
                    sleep(RETRY_DELAY).await;
                }
            }
        }
        None
    }

    async fn try_next(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        if self.unchecked.is_none() {
            self.unchecked = Some(self.reader.next().await?);
        }
        self.checked().await
    }

    /// Returns as much of the batch at hand as the caller may read.
    async fn checked(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        let ReadRight::Chat {
            participation,
            pool,
            caller,
            ..
        } = &mut self.right
        else {
            return Ok(self.unchecked.take());
        };
        if self
            .unchecked
            .as_ref()
            .is_some_and(|batch| batch.reset.is_some())
        {
            let proof = Participation::of(pool, caller, participation.chat_id);
            match Box::pin(proof).await {
                Ok(proof) => *participation = proof,
                Err(Error::NotFound { .. }) => {
                    self.ended = true;
                    self.unchecked = None;
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        let Some(batch) = self.unchecked.take() else {
            return Ok(None);
        };
        let last = batch
            .events
            .iter()
            .position(|event| ends_access(participation, event));
        self.ended |= last.is_some();
        Ok(Some(match last {
            Some(last) => Arc::new(batch.until(last)),
            None => self.known_to_caller(batch),
        }))
    }

    /// Everything from this position on. If the client sent a cursor, missed events come first. Then comes the reader's
    /// position, before any live event: a client must know a position before it receives an event.
    pub(crate) fn into_stream(
        self,
        signals: Vec<Signal>,
    ) -> impl Stream<Item = Arc<EventBatch>> + Send {
        stream::unfold(
            (self, Some(signals)),
            |(mut authorized, mut unannounced)| async move {
                if let Some(signals) = unannounced.take() {
                    let missed = if authorized.reader.resumes() {
                        authorized.catch_up().await
                    } else {
                        Ok(None)
                    };
                    match missed {
                        Ok(Some(batch)) => return Some((batch, (authorized, Some(signals)))),
                        Ok(None) if authorized.ended => return None,
                        Ok(None) => {
                            return Some((authorized.announcement(signals), (authorized, None)));
                        }
                        // Live from this position, preceded by anything that is missing.
                        Err(_) => {}
                    }
                }
                let batch = authorized.next().await?;
                Some((batch, (authorized, unannounced)))
            },
        )
    }
}

/// Whether this event ends the right to read the events after it.
fn ends_access(participation: &Participation, event: &Event) -> bool {
    if let Change::ParticipantRemoved { user_id } = event.change {
        // An earlier removal does not count for someone who has come back since.
        return user_id == participation.user_id && event.seq > participation.joined_seq;
    }
    event.change == Change::ChatRemoved
}
