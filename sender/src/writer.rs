//! Runs a mutation's rule: begin, rule, commit, answer; and then publish.
//!
//! Invariant: nothing is published that is not committed, and nothing waits for a publish.

use std::time::Duration;

use async_graphql::Context;
use chassis::{Error, mutants::planted, postgres::Pool, publisher::Publisher};
use deadpool_postgres::{Client, Transaction};
use shared_schema::ChatId;
use tokio_postgres::error::SqlState;

use crate::{db::feeds, lanes::Lanes, publish::Hints};

/// How often a transaction that lost a deadlock is run again.
pub const RETRIES: u32 = 2;

/// The shortest and longest pause before that, in milliseconds: two that met must not meet again.
pub const PAUSE_MS: std::ops::Range<u64> = 10..50;

/// What a rule has done.
pub struct Outcome<T> {
    /// What the client gets.
    pub payload: T,
    /// What Redis is told once it is committed.
    pub hints: Hints,
}

impl<T> Outcome<T> {
    /// Nothing has changed.
    pub fn unchanged(payload: T) -> Self {
        Self {
            payload,
            hints: Hints::default(),
        }
    }
}

/// The database, and the way to Redis.
#[derive(Clone)]
pub struct Writer {
    pool: Pool,
    publisher: Publisher,
    lanes: Lanes,
}

impl Writer {
    pub fn new(pool: Pool, publisher: Publisher) -> Self {
        Self {
            pool,
            publisher,
            lanes: Lanes::default(),
        }
    }

    /// The writer of this GraphQL request.
    pub fn of<'a>(context: &Context<'a>) -> Result<&'a Self, Error> {
        context
            .data_opt()
            .ok_or_else(|| Error::internal("the schema has no writer"))
    }

    /// Runs a rule that takes the lock of this chat, when its turn has come. An error of the rule undoes everything that
    /// it did.
    pub async fn commit_in<T>(
        &self,
        chat: ChatId,
        rule: impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        let _lane = self.lanes.enter(chat).await;
        let ended = self.commit(rule).await;
        if planted("counter_outside_tx") && ended.is_err() {
            feeds::skip_a_seq(&self.client().await?, chat).await?;
        }
        ended
    }

    /// Runs a rule that takes no lock of a chat. An error of the rule undoes everything that it did.
    pub async fn commit<T>(
        &self,
        rule: impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<T, Error> {
        let mut client = self.client().await?;
        let mut retries = 0;
        let outcome = loop {
            match Box::pin(self.attempt(&mut client, &rule)).await {
                Err(error) if is_transient(&error) && retries < RETRIES => {
                    retries += 1;
                    tracing::info!(retries, "a transaction lost a deadlock; running it again");
                    let pause = rand::random_range(PAUSE_MS);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                // Still not: the client may try again, too.
                Err(error) if is_transient(&error) => return Err(Error::unavailable(error)),
                ended => break ended?,
            }
        };
        outcome.hints.publish(&self.publisher);
        Ok(outcome.payload)
    }

    async fn attempt<T>(
        &self,
        client: &mut Client,
        rule: &impl AsyncFn(&Transaction<'_>) -> Result<Outcome<T>, Error>,
    ) -> Result<Outcome<T>, Error> {
        let transaction = client.transaction().await?;
        let mut outcome = rule(&transaction).await?;
        if planted("publish_before_commit") {
            std::mem::take(&mut outcome.hints).publish(&self.publisher);
            tokio::time::sleep(Duration::from_millis(PAUSE_MS.end)).await;
        }
        transaction.commit().await?;
        Ok(outcome)
    }

    /// A connection for what is not stored.
    pub async fn client(&self) -> Result<Client, Error> {
        self.pool.get().await
    }

    /// Tells Redis what is not stored.
    pub fn publish(&self, hints: Hints) {
        hints.publish(&self.publisher);
    }
}

/// Whether the database undid the transaction for the sake of another one: it may pass if it is run again.
pub fn is_transient(error: &Error) -> bool {
    let Error::Internal { source } = error else {
        return false;
    };
    let code = source
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(tokio_postgres::Error::code);
    code.is_some_and(|code| {
        *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE
    })
}
