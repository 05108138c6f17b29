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
use feed_log::shared_failure;
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
    queues: Mutex<Queues>,
    batch_size: Histogram,
    refused: Counter,
}

/// The reactions that wait.
#[derive(Default)]
struct Queues {
    /// An entry exists while a transaction of the chat is in flight.
    by_chat: HashMap<ChatId, VecDeque<QueuedToggle>>,
    /// The sum of their lengths.
    waiting: usize,
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
        let pushed = self.queues().push(queued);
        if pushed.is_err() {
            self.0.refused.inc();
        }
        pushed
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        // A panic elsewhere leaves the queues whole.
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    /// Whether the chat had no queue.
    fn push(&mut self, queued: QueuedToggle) -> Result<bool, Error> {
        let chat = queued.toggle.chat_id;
        let waiting_in_chat = self.by_chat.get(&chat).map(VecDeque::len);
        if waiting_in_chat.is_some_and(|waiting| waiting >= MAX_QUEUED_PER_CHAT) {
            return Err(Error::rate_limited(RETRY_AFTER));
        }
        if self.waiting >= MAX_QUEUED {
            return Err(Error::unavailable(
                "too many reactions are waiting to be stored",
            ));
        }
        self.waiting += 1;
        self.by_chat.entry(chat).or_default().push_back(queued);
        Ok(waiting_in_chat.is_none())
    }

    /// The next reactions of a chat. None if there are none; the chat then has no queue.
    fn next(&mut self, chat: ChatId) -> Option<Vec<QueuedToggle>> {
        let queue = self.by_chat.get_mut(&chat)?;
        let before = queue.len();
        queue.retain(|queued| !queued.answer.is_closed());
        let count = queue.len().min(MAX_REACTIONS_PER_BATCH);
        let batch: Vec<_> = queue.drain(..count).collect();
        self.waiting -= before - queue.len();
        if batch.is_empty() {
            self.by_chat.remove(&chat);
            return None;
        }
        Some(batch)
    }

    /// Drops what waits for a chat.
    fn remove(&mut self, chat: ChatId) {
        let dropped = self.by_chat.remove(&chat);
        self.waiting -= dropped.map_or(0, |queue| queue.len());
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
        loop {
            // A statement of its own, so that the queues are unlocked while the batch is committed.
            let next = self.batcher.queues().next(self.chat);
            let Some(batch) = next else { break };
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
            Err(error) => {
                let failure = shared_failure(error);
                answers.iter().map(|_| Err(failure())).collect()
            }
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
            self.batcher.queues().remove(self.chat);
        }
    }
}
