//! Group commit: messages that arrive while a transaction is in flight join the next one.
//!
//! A message that finds nothing in flight is committed at once and alone; the more arrive, the more share a transaction, its
//! round trips and its flush to disk. Only under load does a batch linger for a moment. See `docs/adr/0009-group-commit.md`.
//!
//! Invariants: each message is decided under the lock of its chat, with the same result as if it had been sent alone; the
//! messages of a chat keep the order in which they arrived; a message that was cancelled before its turn is not written;
//! every queue is bounded.

mod committer;
mod contended;
mod linger;
mod mentions;
mod metrics;
mod plan;
mod queue;
mod threads;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chassis::{Error, postgres::Pool, publisher::Publisher, telemetry::trace_id};
use prometheus_client::registry::Registry;
use shared_schema::{ChatId, Message};
use tokio::sync::oneshot;

use crate::messages::draft::Draft;
use committer::BatchCommitter;
use metrics::BatcherMetrics;
use queue::{BatchKind, BatchOutcome, NextStep, Queue, QueueFull, QueuedMessage};

/// Time after which a client may retry if its chat's queue was full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Handle to the message batcher. Cloning it is cheap.
#[derive(Clone)]
pub struct MessageBatcher(Arc<Inner>);

struct Inner {
    queue: Mutex<Queue>,
    committer: BatchCommitter,
}

impl MessageBatcher {
    pub fn new(pool: Pool, publisher: Publisher, registry: &mut Registry) -> Self {
        Self(Arc::new(Inner {
            queue: Mutex::default(),
            committer: BatchCommitter {
                pool,
                publisher,
                metrics: BatcherMetrics::register(registry),
            },
        }))
    }

    /// Stores a message, together with others that wait. Dropping the future before the message's turn cancels it.
    pub async fn submit(&self, draft: Draft) -> Result<Message, Error> {
        let (answer, answered) = oneshot::channel();
        let message = QueuedMessage {
            draft,
            trace: trace_id(),
            answer,
        };
        let queued = self.queue().push(message);
        if let Err(full) = queued {
            self.0.committer.metrics.refused.inc();
            return Err(match full {
                QueueFull::Chat => Error::rate_limited(RETRY_AFTER),
                QueueFull::Process => {
                    Error::unavailable("too many messages are waiting to be stored")
                }
            });
        }
        self.dispatch();
        let lost = |_| Error::internal("a batch ended without an answer for one of its messages");
        answered.await.map_err(lost)?
    }

    /// Starts every batch that may start now.
    fn dispatch(&self) {
        loop {
            // A statement of its own, so that the queue is unlocked: if the runtime is shutting down, the batch is dropped
            // at once, and its drop locks the queue.
            let next = self.queue().next(Instant::now());
            let batch = match next {
                NextStep::Run(batch) => batch,
                NextStep::WakeAt(at) => {
                    tokio::spawn(self.clone().wake_at(at));
                    return;
                }
                NextStep::Idle => return,
            };
            let running = RunningBatch {
                batcher: self.clone(),
                kind: batch.kind,
                chats: batch.chats,
                outcome: BatchOutcome::default(),
            };
            tokio::spawn(running.run(batch.messages));
        }
    }

    async fn wake_at(self, at: Instant) {
        tokio::time::sleep_until(at.into()).await;
        self.queue().wakeup_fired(at);
        self.dispatch();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic elsewhere leaves the queue consistent.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch that is being committed. Dropping it, also in a panic, lets the next ones start.
struct RunningBatch {
    batcher: MessageBatcher,
    kind: BatchKind,
    chats: Vec<ChatId>,
    outcome: BatchOutcome,
}

impl RunningBatch {
    async fn run(mut self, messages: Vec<QueuedMessage>) {
        let committer = &self.batcher.0.committer;
        self.outcome = committer.commit_batch(self.kind, messages).await;
    }
}

impl Drop for RunningBatch {
    fn drop(&mut self) {
        let outcome = std::mem::take(&mut self.outcome);
        self.batcher.queue().finish(self.kind, &self.chats, outcome);
        // When the process ends there may be no runtime left.
        if tokio::runtime::Handle::try_current().is_ok() {
            self.batcher.dispatch();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chassis::{
        config::{PostgresArgs, RedisArgs},
        postgres,
    };
    use futures_util::FutureExt;
    use shared_schema::{ErrorCode, MessageId, UserId};
    use tokio::net::TcpListener;

    use super::{
        queue::{MAX_QUEUED_MESSAGES, MAX_QUEUED_PER_CHAT},
        *,
    };
    use crate::{limits::Permit, mentions::tokens::MentionTokens, messages::content::Content};

    /// A batcher whose database accepts connections and never answers, so that messages stay queued.
    async fn without_database() -> (MessageBatcher, TcpListener) {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let args = PostgresArgs::url(format!("postgres://someone@{address}/nothing"));
        let pool = postgres::connect(&args, "test").unwrap();
        let mut registry = Registry::default();
        let redis = RedisArgs::url(format!("redis://{address}"));
        let publisher = Publisher::start(&redis, &mut registry).unwrap();
        (MessageBatcher::new(pool, publisher, &mut registry), silent)
    }

    fn draft(chat_id: ChatId) -> Draft {
        Draft {
            id: MessageId::new(),
            chat_id,
            sender_id: UserId::new(),
            content: Content::parse("hello").unwrap(),
            mention_tokens: MentionTokens::default(),
            reply_to_id: None,
            thread_root_id: None,
            request_hash: vec![],
            permit: Permit::free(),
        }
    }

    /// The error that a message gets at once. None if it is queued.
    fn refused_at_once(
        batcher: &MessageBatcher,
        chat: ChatId,
        waiting: &mut Vec<Submission>,
    ) -> Option<Error> {
        let batcher = batcher.clone();
        let mut submission: Submission = Box::pin(async move { batcher.submit(draft(chat)).await });
        let answer = submission.as_mut().now_or_never();
        waiting.push(submission);
        answer.map(Result::unwrap_err)
    }

    type Submission = futures_util::future::BoxFuture<'static, Result<Message, Error>>;

    #[tokio::test]
    async fn the_queues_of_a_chat_and_of_the_process_are_full_at_their_limits_and_not_one_below() {
        let (batcher, _silent) = without_database().await;
        let mut waiting = vec![];
        let mut chats = vec![];
        for _ in 0..MAX_QUEUED_MESSAGES / MAX_QUEUED_PER_CHAT {
            let chat = ChatId::new();
            chats.push(chat);
            // The first one is in flight, or queued for a chat that may not start; the others are queued.
            while batcher.queue().pending_in(chat) < MAX_QUEUED_PER_CHAT {
                assert!(refused_at_once(&batcher, chat, &mut waiting).is_none());
            }
            if chats.len() == 1 {
                let full = refused_at_once(&batcher, chat, &mut waiting).unwrap();
                assert_eq!(full.code(), ErrorCode::RateLimited);
                assert_eq!(full.retry_after(), Some(RETRY_AFTER));
            }
        }
        let full = refused_at_once(&batcher, ChatId::new(), &mut waiting).unwrap();
        assert_eq!(full.code(), ErrorCode::Unavailable);
        assert_eq!(batcher.0.committer.metrics.refused.get(), 2);

        waiting.clear();
        let next = refused_at_once(&batcher, chats[0], &mut waiting);
        assert!(next.is_none(), "cancelled messages keep nobody out");
    }
}
