//! Runs a mutation's rule, after those that wait for the same chat.

use chassis::{Error, postgres::Pool, publisher::Publisher};
use deadpool_postgres::{Client, Transaction};
use feed_log::{Outcome, PendingEvents};
use shared_schema::ChatId;

use crate::transaction::chat_permits::ChatPermits;

/// Runs transactions and publishes their events. Cloning it is cheap.
#[derive(Clone)]
pub struct TransactionRunner {
    runner: feed_log::TransactionRunner,
    permits: ChatPermits,
}

impl TransactionRunner {
    pub fn new(pool: Pool, publisher: Publisher) -> Self {
        Self {
            runner: feed_log::TransactionRunner::new(pool, publisher),
            permits: ChatPermits::default(),
        }
    }

    /// Runs a rule that takes the lock of this chat, once it has a permit for the chat. An error of the rule rolls back
    /// everything that it did.
    pub async fn run_in_chat<T>(
        &self,
        chat: ChatId,
        rule: impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        let _permit = self.permits.acquire(chat).await;
        self.run(rule).await
    }

    /// Runs a rule that takes no chat's lock. An error of the rule rolls back everything that it did.
    pub async fn run<T>(
        &self,
        rule: impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        self.runner.run(rule).await
    }

    /// A connection for reads outside of a transaction.
    pub async fn client(&self) -> Result<Client, Error> {
        self.runner.client().await
    }

    /// Publishes signals, which are not stored.
    pub fn publish(&self, signals: PendingEvents) {
        self.runner.publish(signals);
    }
}
