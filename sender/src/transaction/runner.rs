//! Runs a mutation's rule in a transaction: begin, rule, commit; then publish the events and answer.
//!
//! Invariant: only committed events are published, and nothing waits for a publication.

use chassis::{Error, postgres::Pool, publisher::Publisher};
use deadpool_postgres::{Client, Transaction};
use shared_schema::ChatId;

use crate::transaction::{
    chat_permits::ChatPermits,
    pending_events::PendingEvents,
    retry::{MAX_RETRIES, back_off, is_transient},
};

/// The result of a rule.
pub struct Outcome<T> {
    /// The answer for the client.
    pub payload: T,
    /// What is published after the commit.
    pub events: PendingEvents,
}

impl<T> Outcome<T> {
    /// The result of a rule that changed nothing.
    pub fn unchanged(payload: T) -> Self {
        Self {
            payload,
            events: PendingEvents::default(),
        }
    }
}

/// Runs transactions and publishes their events. Cloning it is cheap.
#[derive(Clone)]
pub struct TransactionRunner {
    pool: Pool,
    publisher: Publisher,
    permits: ChatPermits,
}

impl TransactionRunner {
    pub fn new(pool: Pool, publisher: Publisher) -> Self {
        Self {
            pool,
            publisher,
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
        let mut client = self.client().await?;
        let mut retries = 0;
        let outcome = loop {
            match Box::pin(self.attempt(&mut client, &rule)).await {
                Err(error) if is_transient(&error) && retries < MAX_RETRIES => {
                    retries += 1;
                    tracing::info!(retries, "a transaction lost a deadlock; retrying it");
                    back_off().await;
                }
                // The retries are used up: the client may retry, too.
                Err(error) if is_transient(&error) => return Err(Error::unavailable(error)),
                result => break result?,
            }
        };
        outcome.events.publish(&self.publisher);
        Ok(outcome.payload)
    }

    async fn attempt<T>(
        &self,
        client: &mut Client,
        rule: &impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<Outcome<T>, Error> {
        let transaction = client.transaction().await?;
        let outcome = rule(&transaction).await?;
        transaction.commit().await?;
        Ok(outcome)
    }

    /// A connection for reads outside of a transaction.
    pub async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await
    }

    /// Publishes signals, which are not stored.
    pub fn publish(&self, events: PendingEvents) {
        events.publish(&self.publisher);
    }
}
