//! Commits a batch: one transaction, then the publication, then an answer for each message.
//!
//! Invariant: each message gets the result that it would have got alone. If a batch fails as a whole, each of its messages
//! is committed in a transaction of its own.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chassis::{Error, postgres::Pool, publisher::Publisher};
use feed_log::{PendingEvents, Retries, shared_failure};
use futures_util::future::try_join_all;
use shared_schema::{Change, ChatId, Event, EventId, Message, MessageId};

use super::{
    metrics::BatcherMetrics,
    plan::{BatchPlan, lookups_for, plan_batch},
    queue::{BatchKind, BatchOutcome, QueuedMessage},
};
use crate::{
    db::{
        feeds::{self, LockMode},
        message_batches::{BatchSnapshot, BatchTransaction, is_lock_timeout},
        messages::AssignedNumbers,
    },
    messages::decide::Decision,
};

/// How long a shared batch waits for one chat's lock. A writer holds it for a few milliseconds; a chat whose lock is held
/// for longer delays only its own messages.
const SHARED_LOCK_TIMEOUT: Duration = Duration::from_millis(50);

/// A committed batch.
struct CommittedBatch {
    /// One for each message, in the order of the batch.
    decisions: Vec<Decision>,
    /// The new messages, as they are stored.
    inserted: Vec<Message>,
    /// The events of the new messages, and those of the duplicates.
    events: Vec<PendingEvents>,
}

/// Why a batch was not committed.
enum BatchError {
    /// A chat's lock was not acquired in time.
    LockTimeout(Error),
    Other(Error),
}

/// Commits batches and answers their messages.
pub struct BatchCommitter {
    pub pool: Pool,
    pub publisher: Publisher,
    pub metrics: BatcherMetrics,
}

impl BatchCommitter {
    /// Answers all messages except those that have to be queued again.
    pub async fn commit_batch(
        &self,
        kind: BatchKind,
        messages: Vec<QueuedMessage>,
    ) -> BatchOutcome {
        let committed = match kind {
            BatchKind::Shared => self.commit_shared(&messages).await,
            BatchKind::Isolated => self.run_with_retry(&messages, LockMode::Wait, None).await,
        };
        match committed {
            Ok(committed) => self.answer(messages, committed).await,
            Err(BatchError::LockTimeout(_)) if kind == BatchKind::Shared => self.isolate(messages),
            Err(BatchError::Other(error))
                if kind == BatchKind::Shared && is_lock_timeout(&error) =>
            {
                self.isolate(messages)
            }
            Err(BatchError::LockTimeout(error)) => BatchOutcome {
                contended: fail_all(messages, error).into_iter().collect(),
                requeue: vec![],
            },
            Err(BatchError::Other(error))
                if messages.len() > 1 && may_be_one_messages_fault(&error) =>
            {
                self.metrics.divided.inc();
                self.commit_individually(kind, messages).await
            }
            Err(BatchError::Other(error)) => {
                fail_all(messages, error);
                BatchOutcome::default()
            }
        }
    }

    /// Commits all messages, or, if some chat's lock is contended, those of the other chats.
    async fn commit_shared(
        &self,
        messages: &[QueuedMessage],
    ) -> Result<CommittedBatch, BatchError> {
        let lock_timeout = Some(SHARED_LOCK_TIMEOUT);
        match self
            .run_with_retry(messages, LockMode::Wait, lock_timeout)
            .await
        {
            Err(BatchError::LockTimeout(_)) => {
                self.run_with_retry(messages, LockMode::SkipLocked, lock_timeout)
                    .await
            }
            result => result,
        }
    }

    /// Commits each message in a transaction of its own, so that only those fail that cannot be stored.
    async fn commit_individually(
        &self,
        kind: BatchKind,
        messages: Vec<QueuedMessage>,
    ) -> BatchOutcome {
        let mut outcome = BatchOutcome::default();
        for message in messages {
            if outcome.contended.contains(&message.draft.chat_id) {
                outcome.requeue.push(message);
                continue;
            }
            let next = Box::pin(self.commit_batch(kind, vec![message])).await;
            outcome.requeue.extend(next.requeue);
            outcome.contended.extend(next.contended);
        }
        outcome
    }

    /// Retries a transaction that lost a deadlock.
    async fn run_with_retry(
        &self,
        messages: &[QueuedMessage],
        lock_mode: LockMode,
        lock_timeout: Option<Duration>,
    ) -> Result<CommittedBatch, BatchError> {
        let mut retries = Retries::default();
        loop {
            match self.attempt(messages, lock_mode, lock_timeout).await {
                Err(BatchError::Other(error)) => {
                    if !retries.again(&error).await {
                        return Err(BatchError::Other(error));
                    }
                }
                result => return result,
            }
        }
    }

    async fn attempt(
        &self,
        messages: &[QueuedMessage],
        lock_mode: LockMode,
        lock_timeout: Option<Duration>,
    ) -> Result<CommittedBatch, BatchError> {
        let client = self.pool.get().await.map_err(BatchError::Other)?;
        let lookup = lookups_for(messages);
        let (transaction, snapshot) =
            BatchTransaction::begin(client, lock_mode, lock_timeout, &lookup)
                .await
                .map_err(|error| match is_lock_timeout(&error) {
                    true => BatchError::LockTimeout(error),
                    false => BatchError::Other(error),
                })?;
        let plan = plan_batch(messages, &snapshot, lock_mode);
        self.commit(transaction, &snapshot, plan)
            .await
            .map_err(BatchError::Other)
    }

    /// Writes the plan and commits it. A plan without new messages writes nothing and is rolled back.
    async fn commit(
        &self,
        transaction: BatchTransaction,
        snapshot: &BatchSnapshot,
        plan: BatchPlan<'_>,
    ) -> Result<CommittedBatch, Error> {
        let mut events = republish_duplicates(&transaction, &plan).await?;
        let inserted = if plan.writes.new.is_empty() {
            transaction.roll_back().await;
            vec![]
        } else {
            let (inserted, new_events) = self.write(transaction, snapshot, &plan).await?;
            events.push(new_events);
            inserted
        };
        Ok(CommittedBatch {
            decisions: plan.decisions,
            inserted,
            events,
        })
    }

    async fn write(
        &self,
        transaction: BatchTransaction,
        snapshot: &BatchSnapshot,
        plan: &BatchPlan<'_>,
    ) -> Result<(Vec<Message>, PendingEvents), Error> {
        let numbers = transaction.write_and_commit(&plan.writes).await?;
        self.metrics.messages.observe(plan.writes.new.len() as f64);
        build_events(snapshot, plan, &numbers)
    }

    /// Publishes the events and answers the messages, except those that have to be queued again.
    async fn answer(&self, messages: Vec<QueuedMessage>, batch: CommittedBatch) -> BatchOutcome {
        for events in batch.events {
            events.publish(&self.publisher);
        }
        let mut requeue = vec![];
        for (message, decision) in messages.into_iter().zip(batch.decisions) {
            let answer = match decision {
                Decision::Insert(index) => Ok(batch.inserted[index].clone()),
                Decision::Duplicate(stored) | Decision::DuplicateAsSent(stored) => Ok(stored),
                Decision::Reject(error) => Err(error),
                Decision::Requeue => {
                    requeue.push(message);
                    continue;
                }
                Decision::Cancelled => continue,
            };
            reply(message, answer);
        }
        self.isolate(requeue)
    }

    /// Queues messages again, to be committed in transactions of their chats' own.
    fn isolate(&self, messages: Vec<QueuedMessage>) -> BatchOutcome {
        let chats: HashSet<ChatId> = messages
            .iter()
            .map(|message| message.draft.chat_id)
            .collect();
        self.metrics.isolated_chats.inc_by(chats.len() as u64);
        BatchOutcome {
            contended: chats.into_iter().collect(),
            requeue: messages,
        }
    }
}

/// The new messages as they are stored, and their events.
fn build_events(
    snapshot: &BatchSnapshot,
    plan: &BatchPlan<'_>,
    numbers: &HashMap<(ChatId, MessageId), AssignedNumbers>,
) -> Result<(Vec<Message>, PendingEvents), Error> {
    let mut heads: HashMap<ChatId, EventId> = HashMap::new();
    let mut messages = Vec::with_capacity(plan.writes.new.len());
    let mut events = PendingEvents::default();
    for (new, trace) in plan.writes.new.iter().zip(&plan.traces) {
        let assigned = numbers
            .get(&(new.chat_id, new.id))
            .ok_or_else(|| Error::internal("a message of the batch was not stored"))?;
        let message = new.stored(assigned);
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

/// The events of messages that were stored before: the first publication may have been lost. Each is published by itself,
/// because other events may stand between them.
async fn republish_duplicates(
    transaction: &BatchTransaction,
    plan: &BatchPlan<'_>,
) -> Result<Vec<PendingEvents>, Error> {
    let mut seen = HashSet::new();
    let client = transaction.client()?;
    let duplicates = plan.decisions.iter().filter_map(|decision| match decision {
        Decision::Duplicate(message) if seen.insert(message.position()) => Some(message),
        _ => None,
    });
    try_join_all(duplicates.map(async |message| {
        let position = (message.chat_id.into(), message.seq);
        let event = feeds::event(client, position, Change::MessageAdded(message.clone())).await?;
        Ok(PendingEvents::default().event(event))
    }))
    .await
}

/// Whether one message may have caused the error, rather than the state of the database.
fn may_be_one_messages_fault(error: &Error) -> bool {
    matches!(error, Error::Internal { .. }) || is_lock_timeout(error)
}

/// Answers all messages with the same error and returns their chats.
fn fail_all(messages: Vec<QueuedMessage>, error: Error) -> HashSet<ChatId> {
    let chats = messages
        .iter()
        .map(|message| message.draft.chat_id)
        .collect();
    let failure = shared_failure(error);
    for message in messages {
        reply(message, Err(failure()));
    }
    chats
}

fn reply(message: QueuedMessage, answer: Result<Message, Error>) {
    if message.answer.send(answer).is_err() {
        tracing::debug!("the request was cancelled before its answer");
    }
}
