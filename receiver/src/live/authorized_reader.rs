//! A reader that ends with its caller's right to read.
//!
//! Invariant: nothing after the event that ended a participation leaves a follower, whichever way it got there: live,
//! from the window, from Postgres, or past it by a reset (then participation is checked anew, after the reset fixed the
//! position).

use std::{sync::Arc, time::Duration};

use chassis::{Caller, Error, mutants::planted, postgres::Pool};
use futures_util::{Stream, stream};
use shared_schema::{Change, Event, Signal};
use tokio::time::sleep;

use super::feeds::{batch::Batch, reader::Reader};
use crate::participants::access::Participation;

/// Between two attempts while Postgres is away. The socket stays open meanwhile.
const RETRY: Duration = Duration::from_millis(500);

enum Right {
    /// The caller's own feed: theirs for as long as they are connected.
    Own,
    /// A chat's feed: theirs while they take part.
    Chat {
        participation: Participation,
        pool: Pool,
        caller: Caller,
    },
}

/// One caller's view of one feed.
pub(crate) struct Follower {
    reader: Reader,
    right: Right,
    /// A reset whose right has not been checked yet: kept here so that a cancelled check loses nothing.
    unchecked: Option<Arc<Batch>>,
    ended: bool,
}

impl Follower {
    /// Follows the caller's own feed.
    #[must_use]
    pub(crate) fn own(reader: Reader) -> Self {
        Self {
            reader,
            right: Right::Own,
            unchecked: None,
            ended: false,
        }
    }

    /// Follows a chat's feed for as long as the participation lasts.
    #[must_use]
    pub(crate) fn chat(
        reader: Reader,
        participation: Participation,
        pool: &Pool,
        caller: &Caller,
    ) -> Self {
        let right = Right::Chat {
            participation,
            pool: pool.clone(),
            caller: caller.clone(),
        };
        Self {
            reader,
            right,
            unchecked: None,
            ended: false,
        }
    }

    /// The proof that the follower holds, if its feed is a chat's.
    #[must_use]
    pub(crate) fn participation(&self) -> Option<Participation> {
        match &self.right {
            Right::Own => None,
            Right::Chat { participation, .. } => Some(*participation),
        }
    }

    /// A batch that says where the follower stands, with these signals.
    #[must_use]
    pub(crate) fn announcement(&self, signals: Vec<Signal>) -> Arc<Batch> {
        Arc::new(Batch {
            signals,
            ..self.reader.announcement()
        })
    }

    /// The next batch, or none when there is nothing more to say now. Safe to cancel.
    ///
    /// # Errors
    /// When Postgres is needed and away. Try again.
    pub(crate) async fn catch_up(&mut self) -> Result<Option<Arc<Batch>>, Error> {
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
    pub(crate) async fn next(&mut self) -> Option<Arc<Batch>> {
        while !self.ended {
            match self.try_next().await {
                Ok(Some(batch)) => return Some(batch),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "a subscription waits for the database");
                    sleep(RETRY).await;
                }
            }
        }
        None
    }

    async fn try_next(&mut self) -> Result<Option<Arc<Batch>>, Error> {
        if self.unchecked.is_none() {
            self.unchecked = Some(self.reader.next().await?);
        }
        self.checked().await
    }

    /// Lets the batch at hand go as far as the right reaches.
    async fn checked(&mut self) -> Result<Option<Arc<Batch>>, Error> {
        let Right::Chat {
            participation,
            pool,
            caller,
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
            .position(|event| ends(participation, event));
        self.ended |= last.is_some();
        Ok(Some(match last {
            Some(last) => Arc::new(batch.until(last)),
            None => batch,
        }))
    }

    /// Everything from here on. First comes what the client missed, if it came with a cursor, and then where the follower
    /// stands: before anything that happens meanwhile, so that nobody is told of an event without a position before it.
    pub(crate) fn into_stream(self, signals: Vec<Signal>) -> impl Stream<Item = Arc<Batch>> + Send {
        stream::unfold(
            (self, Some(signals)),
            |(mut follower, mut greeting)| async move {
                if let Some(signals) = greeting.take() {
                    let missed = if follower.reader.resumes() {
                        follower.catch_up().await
                    } else {
                        Ok(None)
                    };
                    match missed {
                        Ok(Some(batch)) => return Some((batch, (follower, Some(signals)))),
                        Ok(None) if follower.ended => return None,
                        Ok(None) => {
                            return Some((follower.announcement(signals), (follower, None)));
                        }
                        // Live from here; whatever is missing comes first.
                        Err(_) => {}
                    }
                }
                let batch = follower.next().await?;
                Some((batch, (follower, greeting)))
            },
        )
    }
}

/// Whether this event takes the right to read what comes after it.
fn ends(participation: &Participation, event: &Event) -> bool {
    if planted("participation_checked_only_at_subscribe") {
        return false;
    }
    match event.change {
        // An earlier removal does not count for someone who has come back since.
        Change::ParticipantRemoved { user_id } => {
            user_id == participation.user_id && event.seq > participation.joined_seq
        }
        Change::ChatRemoved => true,
        _ => false,
    }
}
