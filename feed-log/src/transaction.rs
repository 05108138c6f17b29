//! Runs a rule in a transaction: begin, rule, commit; then publish the events and answer.

use chassis::{Error, postgres::Pool, publisher::Publisher};
use deadpool_postgres::{Client, Transaction};

use crate::{
    pending_events::PendingEvents,
    retry::{Retries, is_transient},
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

/// Commits, then publishes.
///
/// # Errors
/// When it is not certain that the transaction has committed. Then nothing is published.
pub async fn commit(
    transaction: Transaction<'_>,
    events: PendingEvents,
    publisher: &Publisher,
) -> Result<(), Error> {
    transaction.commit().await?;
    events.publish(publisher);
    Ok(())
}

/// Runs transactions and publishes their events. Cloning it is cheap.
#[derive(Clone)]
pub struct TransactionRunner {
    pool: Pool,
    publisher: Publisher,
}

impl TransactionRunner {
    /// Transactions on connections of this pool.
    #[must_use]
    pub fn new(pool: Pool, publisher: Publisher) -> Self {
        Self { pool, publisher }
    }

    /// Runs a rule. An error of the rule rolls back everything that it did. A rule whose transaction lost a deadlock runs
    /// again.
    ///
    /// # Errors
    /// Those of the rule; `UNAVAILABLE` when Postgres does not answer or the retries did not help.
    pub async fn run<T>(
        &self,
        rule: impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        let mut client = self.client().await?;
        let mut retries = Retries::default();
        loop {
            let error = match Box::pin(self.attempt(&mut client, &rule)).await {
                Ok(payload) => return Ok(payload),
                Err(error) => error,
            };
            if !retries.again(&error).await {
                // The retries are used up: the client may retry, too.
                return Err(if is_transient(&error) {
                    Error::unavailable(error)
                } else {
                    error
                });
            }
        }
    }

    async fn attempt<T>(
        &self,
        client: &mut Client,
        rule: &impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        let transaction = client.transaction().await?;
        let Outcome { payload, events } = rule(&transaction).await?;
        commit(transaction, events, &self.publisher).await?;
        Ok(payload)
    }

    /// A connection for reads outside of a transaction.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await
    }

    /// Publishes signals, which are not stored.
    pub fn publish(&self, signals: PendingEvents) {
        signals.publish(&self.publisher);
    }
}
