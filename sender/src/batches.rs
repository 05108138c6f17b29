//! Group commit: messages that arrive while a transaction is in flight join the next one.
//!
//! A message that finds nothing in flight goes at once and alone; the more arrive, the more share a transaction, its
//! round trips and its flush to disk. Only while they come in company are they collected for a moment. See `docs/adr/0009-group-commit.md`.
//!
//! Invariants: each message is decided under the lock of its chat, and ends as it would have ended alone; the messages of
//! a chat keep the order in which they came; whoever gave up before their turn is not written; everything that waits is
//! bounded.

mod delivery;
mod docket;
mod pace;
mod queue;
mod stuck;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::Context;
use chassis::{Error, postgres::Pool, publisher::Publisher, telemetry::trace_id};
use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};
use shared_schema::{ChatId, Message};
use tokio::sync::oneshot;

use crate::mutations::create_message::Draft;
use delivery::Delivery;
use queue::{Ended, Full, Next, Queue, Sending, Way};

/// When someone may come again who found a full line: it moves within this time.
const RETRY: Duration = Duration::from_secs(1);

/// Messages of one transaction, as the histogram counts them.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What is counted.
#[derive(Clone)]
struct Counters {
    messages: Histogram,
    divided: Counter,
    set_aside: Counter,
    turned_away: Counter,
}

impl Counters {
    fn register(registry: &mut Registry) -> Self {
        let counters = Self {
            messages: Histogram::new(SIZES),
            divided: Counter::default(),
            set_aside: Counter::default(),
            turned_away: Counter::default(),
        };
        let Self {
            messages,
            divided,
            set_aside,
            turned_away,
        } = counters.clone();
        registry.register(
            "batch_messages",
            "Messages that one transaction stored",
            messages,
        );
        registry.register(
            "batches_divided",
            "Batches that failed as one, so that each message was tried alone",
            divided,
        );
        registry.register(
            "batch_chats_set_aside",
            "Chats whose lock did not come soon, so that they were tried apart",
            set_aside,
        );
        registry.register(
            "batch_turned_away",
            "Messages that found a full line",
            turned_away,
        );
        counters
    }
}

/// The way of a message into the database. Cheap to clone.
#[derive(Clone)]
pub struct Batches(Arc<Inner>);

struct Inner {
    queue: Mutex<Queue>,
    delivery: Delivery,
}

impl Batches {
    pub fn new(pool: Pool, publisher: Publisher, registry: &mut Registry) -> Self {
        Self(Arc::new(Inner {
            queue: Mutex::default(),
            delivery: Delivery {
                pool,
                publisher,
                counters: Counters::register(registry),
            },
        }))
    }

    /// The batches of this GraphQL request.
    pub fn of<'a>(context: &Context<'a>) -> Result<&'a Self, Error> {
        context
            .data_opt()
            .ok_or_else(|| Error::internal("the schema has no batches"))
    }

    /// Stores a message, with others if there are any. Dropping the future before the message's turn withdraws it.
    pub async fn send(&self, draft: Draft) -> Result<Message, Error> {
        let (answer, answered) = oneshot::channel();
        let sending = Sending {
            draft,
            trace: trace_id(),
            answer,
        };
        let pushed = self.queue().push(sending);
        if let Err(full) = pushed {
            self.0.delivery.counters.turned_away.inc();
            return Err(match full {
                Full::Chat => Error::rate_limited(RETRY),
                Full::Process => Error::unavailable("too many messages wait"),
            });
        }
        self.dispatch();
        let lost = |_| Error::internal("a batch has lost a message");
        answered.await.map_err(lost)?
    }

    /// Starts whatever may start now.
    fn dispatch(&self) {
        loop {
            // A statement of its own, so that the queue is free again: where nothing can be spawned any more, the turn
            // ends at once, and needs the queue for that.
            let next = self.queue().next(Instant::now());
            let batch = match next {
                Next::Run(batch) => batch,
                Next::Wait(until) => {
                    tokio::spawn(self.clone().come_back(until));
                    return;
                }
                Next::Rest => return,
            };
            let turn = Turn {
                batches: self.clone(),
                way: batch.way,
                chats: batch.chats,
                ended: Ended::default(),
            };
            tokio::spawn(turn.run(batch.sendings));
        }
    }

    async fn come_back(self, at: Instant) {
        tokio::time::sleep_until(at.into()).await;
        self.queue().awake(at);
        self.dispatch();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic elsewhere leaves the lines whole.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A batch under way. Dropping it, also in a panic, lets the next ones go.
struct Turn {
    batches: Batches,
    way: Way,
    chats: Vec<ChatId>,
    ended: Ended,
}

impl Turn {
    async fn run(mut self, sendings: Vec<Sending>) {
        let delivery = &self.batches.0.delivery;
        self.ended = delivery.deliver(self.way, sendings).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let ended = std::mem::take(&mut self.ended);
        self.batches.queue().done(self.way, &self.chats, ended);
        // At the end of the process there may be nothing left to run on.
        if tokio::runtime::Handle::try_current().is_ok() {
            self.batches.dispatch();
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
        queue::{MOST_WAITING, MOST_WAITING_PER_CHAT},
        *,
    };
    use crate::{content::Content, limits::Permit};

    /// In front of a database that takes connections and says nothing, so that whatever comes stays.
    async fn stuck() -> (Batches, TcpListener) {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let args = PostgresArgs::url(format!("postgres://someone@{address}/nothing"));
        let pool = postgres::connect(&args, "test").unwrap();
        let mut registry = Registry::default();
        let redis = RedisArgs::url(format!("redis://{address}"));
        let publisher = Publisher::start(&redis, &mut registry).unwrap();
        (Batches::new(pool, publisher, &mut registry), silent)
    }

    fn draft(chat_id: ChatId) -> Draft {
        Draft {
            id: MessageId::new(),
            chat_id,
            sender_id: UserId::new(),
            content: Content::parse("hello").unwrap(),
            reply_to_id: None,
            request_hash: vec![],
            permit: Permit::free(),
        }
    }

    /// What a message is told at once: nothing if it may wait, and then it does.
    fn told_at_once(batches: &Batches, chat: ChatId, waiting: &mut Vec<Waits>) -> Option<Error> {
        let batches = batches.clone();
        let mut sent: Waits = Box::pin(async move { batches.send(draft(chat)).await });
        let told = sent.as_mut().now_or_never();
        waiting.push(sent);
        told.map(Result::unwrap_err)
    }

    type Waits = futures_util::future::BoxFuture<'static, Result<Message, Error>>;

    #[tokio::test]
    async fn the_line_of_a_chat_and_the_process_are_full_at_their_bounds_and_not_one_below() {
        let (batches, _silent) = stuck().await;
        let mut waiting = vec![];
        let mut chats = vec![];
        for _ in 0..MOST_WAITING / MOST_WAITING_PER_CHAT {
            let chat = ChatId::new();
            chats.push(chat);
            // The first is in flight, or in the line of a chat that may not start; the others are in line.
            while batches.queue().in_line(chat) < MOST_WAITING_PER_CHAT {
                assert!(told_at_once(&batches, chat, &mut waiting).is_none());
            }
            if chats.len() == 1 {
                let full = told_at_once(&batches, chat, &mut waiting).unwrap();
                assert_eq!(full.code(), ErrorCode::RateLimited);
                assert_eq!(full.retry_after(), Some(RETRY));
            }
        }
        let full = told_at_once(&batches, ChatId::new(), &mut waiting).unwrap();
        assert_eq!(full.code(), ErrorCode::Unavailable);
        assert_eq!(batches.0.delivery.counters.turned_away.get(), 2);

        waiting.clear();
        let next = told_at_once(&batches, chats[0], &mut waiting);
        assert!(next.is_none(), "those who gave up keep nobody out");
    }
}
