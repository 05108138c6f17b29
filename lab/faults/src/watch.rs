//! Writers and listeners in one chat of an installation that runs elsewhere, while that installation is disturbed.
//!
//! It only knows the address: the caller decides what is disturbed, and how. Invariant: every acknowledged message is
//! looked for at every listener and in the history.

mod delivery_errors;
mod round;

use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

pub use delivery_errors::DeliveryErrors;
pub use round::Round;

use lab_stack::client::{Client, Inbox, Position, Refusal, Visitor};

/// Number of writers. Each stays below the rate limit of one message per second and user.
const WRITER_COUNT: usize = 8;

/// How long a client waits for an answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// Age from which tokens are replaced before a round. They are valid for ten minutes, and a round may take a few.
const MAX_TOKEN_AGE: Duration = Duration::from_secs(180);

/// A chat with its writers and listeners.
#[derive(Debug)]
pub struct Watch {
    visitor: Visitor,
    password: String,
    writers: Vec<Client>,
    signed_in: Instant,
    chat: Uuid,
    pause: Duration,
    listeners: Vec<Listener>,
    acknowledged: Vec<Position>,
}

/// What one listener keeps between rounds.
#[derive(Debug, Default)]
struct Listener {
    cursors: Vec<String>,
    received: Vec<(u64, Uuid)>,
}

impl Watch {
    /// Registers the writers at `url` and creates a chat of them. `rate` is in messages per second, at most six.
    pub async fn new(url: &str, listeners: usize, rate: u32) -> Result<Watch, Refusal> {
        let visitor = Visitor::with_timeout(url, REQUEST_TIMEOUT);
        let name = Uuid::new_v4().simple().to_string();
        let password = Uuid::new_v4().to_string();
        let mut writers = Vec::new();
        for number in 0..WRITER_COUNT {
            let username = format!("watch{number}{}", &name[..10]);
            writers.push(visitor.register(&username, &password).await?);
        }
        let others: Vec<Uuid> = writers[1..].iter().map(Client::user_id).collect();
        let chat = writers[0]
            .create_chat(Uuid::now_v7(), "GROUP", Some("Watch"), &others)
            .await?;
        Ok(Watch {
            visitor,
            password,
            writers,
            signed_in: Instant::now(),
            chat,
            pause: Duration::from_secs(1) / rate.clamp(1, 6),
            listeners: (0..listeners).map(|_| Listener::default()).collect(),
            acknowledged: Vec::new(),
        })
    }

    /// Sends and receives messages while `disturbance` runs, and until everything has arrived.
    pub async fn run_round<T>(
        &mut self,
        disturbance: impl Future<Output = T>,
    ) -> Result<(T, Round), Refusal> {
        if self.signed_in.elapsed() > MAX_TOKEN_AGE {
            self.sign_in_again().await?;
        }
        let inboxes = self.open_inboxes().await?;
        let (outcome, sent) = round::write(&self.writers, self.chat, self.pause, disturbance).await;
        let mut acknowledged: Vec<Position> =
            sent.iter().filter_map(|message| message.position).collect();
        acknowledged.sort_by_key(|position| position.seq);
        for inbox in &inboxes {
            // After a timeout, the result shows what is missing.
            let complete = |record: &_| round::has_all(record, self.chat, &acknowledged);
            inbox.wait(round::RECOVERY_TIMEOUT, complete).await;
        }
        let round = Round::new(self.chat, &sent, &acknowledged, &inboxes);
        for (listener, inbox) in self.listeners.iter_mut().zip(&inboxes) {
            inbox.with_record(|record| {
                listener.cursors = record.cursors();
                listener.received.extend(round::messages(record, self.chat));
            });
        }
        self.acknowledged.extend(acknowledged);
        Ok((outcome, round))
    }

    /// The number of messages, and the errors of all rounds together: at each listener, and in the history as each writer
    /// reads it.
    pub async fn totals(&self) -> Result<(usize, DeliveryErrors), Refusal> {
        let mut errors = DeliveryErrors::default();
        for listener in &self.listeners {
            errors += DeliveryErrors::of(&self.acknowledged, &listener.received);
        }
        for writer in &self.writers {
            let history = writer.history(self.chat, "id seq").await?;
            let history: Vec<(u64, Uuid)> = history.iter().filter_map(position).collect();
            errors += DeliveryErrors::of(&self.acknowledged, &history);
        }
        Ok((self.acknowledged.len(), errors))
    }

    /// Opens one socket after the other, so that the load balancer distributes them evenly.
    async fn open_inboxes(&self) -> Result<Vec<Inbox>, Refusal> {
        let mut inboxes = Vec::new();
        for (listener, writer) in self.listeners.iter().zip(self.writers.iter().cycle()) {
            let inbox = Inbox::follow(writer.clone(), listener.cursors.clone());
            if !inbox
                .wait(round::RECOVERY_TIMEOUT, |record| record.caught_up)
                .await
            {
                let ends = inbox.record().ends;
                return Err(Refusal::Unanswered(format!("no live delivery: {ends:?}")));
            }
            inboxes.push(inbox);
        }
        Ok(inboxes)
    }

    async fn sign_in_again(&mut self) -> Result<(), Refusal> {
        let deadline = Instant::now() + round::RECOVERY_TIMEOUT;
        for writer in &mut self.writers {
            *writer = loop {
                match self
                    .visitor
                    .sign_in(writer.username(), &self.password)
                    .await
                {
                    Ok(client) => break client,
                    Err(refusal) if Instant::now() > deadline => return Err(refusal),
                    Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
                }
            };
        }
        self.signed_in = Instant::now();
        Ok(())
    }
}

fn position(message: &Value) -> Option<(u64, Uuid)> {
    Some((
        message["seq"].as_u64()?,
        message["id"].as_str()?.parse().ok()?,
    ))
}
