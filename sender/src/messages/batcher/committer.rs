//! One batch from its lines to its answers: transaction, publication, answers.
//!
//! Invariant: each message ends as it would have ended alone. What cannot be said of the batch as a whole is found out by
//! giving each of its messages a transaction of its own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chassis::{Error, mutants::planted, postgres::Pool, publisher::Publisher};
use futures_util::future::try_join_all;
use shared_schema::{Change, ChatId, Event, EventId, Message, MessageId};

use super::{
    Counters,
    plan::{BatchPlan, Verdict, lookups_for, plan_batch},
    queue::{BatchKind, BatchOutcome, QueuedMessage},
};
use crate::{
    db::{
        feeds::{self, LockMode},
        message_batches::{BatchSnapshot, BatchTransaction, is_lock_timeout},
        messages::AssignedNumbers,
    },
    transaction::pending_events::PendingEvents,
    transaction::runner::{MAX_RETRIES, RETRY_BACKOFF_MS, is_transient},
};

/// How long a transaction that others share waits for one chat's lock. Whoever writes to a chat holds it for a few
/// milliseconds; who holds it for longer holds up only that chat.
const SHARED_LOCK_TIMEOUT: Duration = Duration::from_millis(50);

/// What a transaction has made of a message.
enum Settled {
    Answer(Result<Message, Error>),
    Later,
    Cancelled,
}

/// A committed batch.
struct Settlement {
    /// In the order of the batch.
    settled: Vec<Settled>,
    /// What is new, and what was asked for again.
    events: Vec<PendingEvents>,
}

/// Why there is none.
enum Failure {
    /// A lock of a chat was not to be had in time.
    Lock(Error),
    Other(Error),
}

/// Takes batches to the database, and their answers back.
pub struct BatchCommitter {
    pub pool: Pool,
    pub publisher: Publisher,
    pub counters: Counters,
}

impl BatchCommitter {
    /// Answers everyone, except those who have to come again.
    pub async fn commit_batch(
        &self,
        kind: BatchKind,
        messages: Vec<QueuedMessage>,
    ) -> BatchOutcome {
        let ended = match kind {
            BatchKind::Shared => self.shared(&messages).await,
            BatchKind::Isolated => self.transact(&messages, LockMode::Wait, None).await,
        };
        if planted("counter_outside_tx") && matches!(ended, Err(Failure::Other(_))) {
            for message in &messages {
                self.skip_a_seq(message.draft.chat_id).await;
            }
        }
        match ended {
            Ok(settlement) => self.answer(messages, settlement).await,
            Err(Failure::Lock(_)) if kind == BatchKind::Shared => self.set_aside(messages),
            Err(Failure::Other(error)) if kind == BatchKind::Shared && is_lock_timeout(&error) => {
                self.set_aside(messages)
            }
            Err(Failure::Lock(error)) => BatchOutcome {
                contended: refuse(messages, error).into_iter().collect(),
                requeue: vec![],
            },
            Err(Failure::Other(error)) if messages.len() > 1 && is_someones_fault(&error) => {
                self.counters.divided.inc();
                self.one_by_one(kind, messages).await
            }
            Err(Failure::Other(error)) => {
                refuse(messages, error);
                BatchOutcome::default()
            }
        }
    }

    /// With all of them, or else with those whose locks nobody holds.
    async fn shared(&self, messages: &[QueuedMessage]) -> Result<Settlement, Failure> {
        match self
            .transact(messages, LockMode::Wait, Some(SHARED_LOCK_TIMEOUT))
            .await
        {
            Err(Failure::Lock(_)) => {
                self.transact(messages, LockMode::SkipLocked, Some(SHARED_LOCK_TIMEOUT))
                    .await
            }
            ended => ended,
        }
    }

    /// Each as if it had come alone, so that only the one that cannot be stored fails.
    async fn one_by_one(&self, kind: BatchKind, messages: Vec<QueuedMessage>) -> BatchOutcome {
        let mut ended = BatchOutcome::default();
        for message in messages {
            if ended.contended.contains(&message.draft.chat_id) {
                ended.requeue.push(message);
                continue;
            }
            let next = Box::pin(self.commit_batch(kind, vec![message])).await;
            ended.requeue.extend(next.requeue);
            ended.contended.extend(next.contended);
        }
        ended
    }

    /// Again when it has lost a deadlock.
    async fn transact(
        &self,
        messages: &[QueuedMessage],
        lock_mode: LockMode,
        lock_timeout: Option<Duration>,
    ) -> Result<Settlement, Failure> {
        let mut retries = 0;
        loop {
            match self.attempt(messages, lock_mode, lock_timeout).await {
                Err(Failure::Other(error)) if is_transient(&error) && retries < MAX_RETRIES => {
                    retries += 1;
                    tracing::info!(retries, "a batch lost a deadlock; running it again");
                    let pause = rand::random_range(RETRY_BACKOFF_MS);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                ended => return ended,
            }
        }
    }

    async fn attempt(
        &self,
        messages: &[QueuedMessage],
        lock_mode: LockMode,
        lock_timeout: Option<Duration>,
    ) -> Result<Settlement, Failure> {
        let client = self.pool.get().await.map_err(Failure::Other)?;
        let (transaction, snapshot) =
            BatchTransaction::begin(client, lock_mode, lock_timeout, &lookups_for(messages))
                .await
                .map_err(|error| match is_lock_timeout(&error) {
                    true => Failure::Lock(error),
                    false => Failure::Other(error),
                })?;
        let plan = plan_batch(messages, &snapshot, lock_mode);
        self.settle(transaction, &snapshot, plan)
            .await
            .map_err(Failure::Other)
    }

    /// Writes what is decided, unless that is nothing.
    async fn settle(
        &self,
        transaction: BatchTransaction,
        snapshot: &BatchSnapshot,
        plan: BatchPlan<'_>,
    ) -> Result<Settlement, Error> {
        let mut events = repeats(&transaction, &plan).await?;
        let messages = if plan.new.is_empty() {
            transaction.roll_back().await;
            vec![]
        } else {
            let (messages, news) = self.write(transaction, snapshot, &plan).await?;
            events.push(news);
            messages
        };
        let settled = plan.verdicts.into_iter().map(|verdict| match verdict {
            Verdict::New(place) => Settled::Answer(Ok(messages[place].clone())),
            Verdict::Earlier(stored) => Settled::Answer(Ok(stored.message.clone())),
            Verdict::Confirmed(message) => Settled::Answer(Ok(message)),
            Verdict::Refused(error) => Settled::Answer(Err(error)),
            Verdict::Later => Settled::Later,
            Verdict::Cancelled => Settled::Cancelled,
        });
        Ok(Settlement {
            settled: settled.collect(),
            events,
        })
    }

    async fn write(
        &self,
        transaction: BatchTransaction,
        snapshot: &BatchSnapshot,
        plan: &BatchPlan<'_>,
    ) -> Result<(Vec<Message>, PendingEvents), Error> {
        let BatchPlan { new, marks, .. } = plan;
        let numbered = if planted("publish_before_commit") {
            let numbered = transaction.write(new, marks).await?;
            let (_, news) = told(snapshot, plan, &numbered)?;
            news.publish(&self.publisher);
            tokio::time::sleep(Duration::from_millis(RETRY_BACKOFF_MS.end)).await;
            transaction.commit().await?;
            numbered
        } else {
            transaction.write_and_commit(new, marks).await?
        };
        self.counters.messages.observe(new.len() as f64);
        told(snapshot, plan, &numbered)
    }

    /// Publishes, answers, and keeps those who have to come again.
    async fn answer(&self, messages: Vec<QueuedMessage>, settlement: Settlement) -> BatchOutcome {
        for events in settlement.events {
            events.publish(&self.publisher);
        }
        let mut later = vec![];
        for (message, settled) in messages.into_iter().zip(settlement.settled) {
            match settled {
                Settled::Answer(answer) => {
                    if planted("counter_outside_tx") && answer.is_err() {
                        self.skip_a_seq(message.draft.chat_id).await;
                    }
                    reply(message, answer);
                }
                Settled::Later => later.push(message),
                Settled::Cancelled => {}
            }
        }
        self.set_aside(later)
    }

    fn set_aside(&self, messages: Vec<QueuedMessage>) -> BatchOutcome {
        let contended: HashSet<ChatId> = messages.iter().map(|later| later.draft.chat_id).collect();
        self.counters.set_aside.inc_by(contended.len() as u64);
        BatchOutcome {
            contended: contended.into_iter().collect(),
            requeue: messages,
        }
    }

    /// What a counter outside of the transaction would do. Only a planted bug calls it.
    async fn skip_a_seq(&self, chat: ChatId) {
        if let Ok(client) = self.pool.get().await
            && let Err(error) = feeds::skip_a_seq(&client, chat).await
        {
            tracing::debug!(%error, "the planted bug has failed");
        }
    }
}

/// The new messages, and their events.
fn told(
    snapshot: &BatchSnapshot,
    plan: &BatchPlan<'_>,
    numbered: &HashMap<(ChatId, MessageId), AssignedNumbers>,
) -> Result<(Vec<Message>, PendingEvents), Error> {
    let mut heads: HashMap<ChatId, EventId> = HashMap::new();
    let mut messages = Vec::with_capacity(plan.new.len());
    let mut events = PendingEvents::default();
    for (new, trace) in plan.new.iter().zip(&plan.traces) {
        let numbered = numbered
            .get(&(new.chat_id, new.id))
            .ok_or_else(|| Error::internal("a message of the batch was not stored"))?;
        let message = new.stored(numbered);
        let id = EventId::from(new.id);
        let prev = match heads.insert(new.chat_id, id) {
            None => snapshot.feeds.get(&new.chat_id).and_then(|feed| feed.head),
            before => before,
        };
        let event = Event {
            feed: new.chat_id.into(),
            seq: message.seq,
            id,
            prev,
            at: message.created_at,
            actor: Some(new.sender_id),
            change: Change::MessageAdded(message.clone()),
        };
        events.add(event, *trace);
        messages.push(message);
    }
    Ok((messages, events))
}

/// A retry gets the stored message, and its event is published again: the first publish may have been lost. Each by
/// itself, since nobody knows what else stands between.
async fn repeats(
    transaction: &BatchTransaction,
    plan: &BatchPlan<'_>,
) -> Result<Vec<PendingEvents>, Error> {
    let mut told = HashSet::new();
    let client = transaction.client()?;
    let repeated = plan.verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Earlier(stored) if told.insert(stored.message.position()) => Some(stored),
        _ => None,
    });
    try_join_all(repeated.map(async |stored| {
        let message = &stored.message;
        let position = (message.chat_id.into(), message.seq);
        let event = feeds::event(client, position, Change::MessageAdded(message.clone())).await?;
        Ok(PendingEvents::default().event(event))
    }))
    .await
}

/// Whether some message may be at fault rather than the state of the database.
fn is_someones_fault(error: &Error) -> bool {
    matches!(error, Error::Internal { .. }) || is_lock_timeout(error)
}

/// Gives all of them the same error, and answers with their chats.
fn refuse(messages: Vec<QueuedMessage>, error: Error) -> HashSet<ChatId> {
    let chats = messages
        .iter()
        .map(|refused| refused.draft.chat_id)
        .collect();
    let is_away = is_transient(&error) || matches!(error, Error::Unavailable { .. });
    let cause = Arc::new(error);
    for message in messages {
        let cause = Arc::clone(&cause);
        let error = if is_away {
            Error::unavailable(cause)
        } else {
            Error::internal(cause)
        };
        reply(message, Err(error));
    }
    chats
}

fn reply(message: QueuedMessage, answer: Result<Message, Error>) {
    if message.answer.send(answer).is_err() {
        tracing::debug!("nobody waits for this answer any more");
    }
}
