//! Reactions that arrive while a transaction of their chat is in flight share the next one, as messages do. A message that
//! everyone reacts to costs a transaction for many of them.
//!
//! Invariants: the reactions of a chat keep the order in which they arrived; one that was cancelled before its turn is not
//! applied; every queue is bounded.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chassis::{Error, telemetry::trace_id};
use deadpool_postgres::Transaction;
use feed_log::is_transient;
use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};
use shared_schema::ChatId;
use tokio::sync::oneshot;

use super::{
    apply::apply,
    toggle::{Toggle, Toggled},
};
use crate::transaction::runner::TransactionRunner;

/// Maximum reactions of one transaction.
const MAX_REACTIONS_PER_BATCH: usize = 64;

/// Maximum reactions that wait for one chat.
const MAX_QUEUED_PER_CHAT: usize = 1_000;

/// Maximum reactions that wait in this process.
const MAX_QUEUED: usize = 10_000;

/// Time after which a client may retry if its chat's queue was full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Buckets of the histogram of reactions per transaction.
const BATCH_SIZE_BUCKETS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Handle to the reaction batcher. Cloning it is cheap.
#[derive(Clone)]
pub struct ReactionBatcher(Arc<Inner>);

struct Inner {
    transactions: TransactionRunner,
    /// By chat. An entry exists while a transaction of the chat is in flight.
    queues: Mutex<HashMap<ChatId, VecDeque<QueuedToggle>>>,
    batch_size: Histogram,
    refused: Counter,
}

struct QueuedToggle {
    toggle: Toggle,
    trace: Option<String>,
    answer: oneshot::Sender<Result<Toggled, Error>>,
}

impl ReactionBatcher {
    pub fn new(transactions: TransactionRunner, registry: &mut Registry) -> Self {
        let batch_size = Histogram::new(BATCH_SIZE_BUCKETS);
        let refused = Counter::default();
        registry.register(
            "batch_reactions",
            "Number of reactions applied by one transaction",
            batch_size.clone(),
        );
        registry.register(
            "batch_reactions_refused",
            "Reactions refused because a queue was full",
            refused.clone(),
        );
        Self(Arc::new(Inner {
            transactions,
            queues: Mutex::default(),
            batch_size,
            refused,
        }))
    }

    /// Applies a reaction, together with others of the chat that wait. Dropping the future before the reaction's turn
    /// cancels it.
    pub async fn submit(&self, toggle: Toggle) -> Result<Toggled, Error> {
        let (answer, answered) = oneshot::channel();
        let chat = toggle.chat_id;
        let queued = QueuedToggle {
            toggle,
            trace: trace_id(),
            answer,
        };
        if self.push(queued)? {
            let turn = Turn {
                batcher: self.clone(),
                chat,
                is_over: false,
            };
            tokio::spawn(turn.run());
        }
        let lost = |_| Error::internal("a batch ended without an answer for one of its reactions");
        answered.await.map_err(lost)?
    }

    /// Whether the chat had no queue, so that nobody works on it.
    fn push(&self, queued: QueuedToggle) -> Result<bool, Error> {
        let mut queues = self.queues();
        let waiting: usize = queues.values().map(VecDeque::len).sum();
        let is_full = |queue: &VecDeque<_>| queue.len() >= MAX_QUEUED_PER_CHAT;
        if queues.get(&queued.toggle.chat_id).is_some_and(is_full) {
            self.0.refused.inc();
            return Err(Error::rate_limited(RETRY_AFTER));
        }
        if waiting >= MAX_QUEUED {
            self.0.refused.inc();
            return Err(Error::unavailable(
                "too many reactions are waiting to be stored",
            ));
        }
        let mut is_new = false;
        let queue = queues.entry(queued.toggle.chat_id).or_insert_with(|| {
            is_new = true;
            VecDeque::new()
        });
        queue.push_back(queued);
        Ok(is_new)
    }

    /// The next reactions of a chat. None if there are none; the chat then has no queue.
    fn next(&self, chat: ChatId) -> Option<Vec<QueuedToggle>> {
        let mut queues = self.queues();
        let queue = queues.get_mut(&chat)?;
        queue.retain(|queued| !queued.answer.is_closed());
        if queue.is_empty() {
            queues.remove(&chat);
            return None;
        }
        let count = queue.len().min(MAX_REACTIONS_PER_BATCH);
        Some(queue.drain(..count).collect())
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<ChatId, VecDeque<QueuedToggle>>> {
        // A panic elsewhere leaves the map whole.
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that works on a chat's queue until it is empty. Dropping it, also in a panic, fails what still waits, so that
/// the next reaction starts a new one.
struct Turn {
    batcher: ReactionBatcher,
    chat: ChatId,
    /// Whether the queue was found empty and removed. From then on the chat may have another one.
    is_over: bool,
}

impl Turn {
    async fn run(mut self) {
        while let Some(batch) = self.batcher.next(self.chat) {
            self.commit(batch).await;
        }
        self.is_over = true;
    }

    async fn commit(&self, batch: Vec<QueuedToggle>) {
        let Inner {
            transactions,
            batch_size,
            ..
        } = &*self.batcher.0;
        let mut toggles = Vec::with_capacity(batch.len());
        let mut traces = Vec::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for queued in batch {
            toggles.push(queued.toggle);
            traces.push(queued.trace);
            answers.push(queued.answer);
        }
        let chat = self.chat;
        let rule = async move |tx: &Transaction<'_>| apply(tx, chat, &toggles, &traces).await;
        let results = match transactions.run_in_chat(chat, rule).await {
            Ok(results) => {
                batch_size.observe(results.len() as f64);
                results
            }
            Err(error) => fail(answers.len(), error),
        };
        for (answer, result) in answers.into_iter().zip(results) {
            if answer.send(result).is_err() {
                tracing::debug!("the request was cancelled before its answer");
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_over {
            self.batcher.queues().remove(&self.chat);
        }
    }
}

/// The same error for each of so many reactions.
fn fail(count: usize, error: Error) -> Vec<Result<Toggled, Error>> {
    let is_unavailable = is_transient(&error) || matches!(error, Error::Unavailable { .. });
    let cause = Arc::new(error);
    (0..count)
        .map(|_| {
            let cause = Arc::clone(&cause);
            Err(if is_unavailable {
                Error::unavailable(cause)
            } else {
                Error::internal(cause)
            })
        })
        .collect()
}
