//! One batch from its lines to its answers: transaction, publication, answers.
//!
//! Invariant: each message ends as it would have ended alone. What cannot be said of the batch as a whole is found out by
//! giving each of its messages a transaction of its own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chassis::{Error, mutants::planted, postgres::Pool, publisher::Publisher};
use futures_util::future::try_join_all;
use shared_schema::{Change, ChatId, Event, EventId, Message, MessageId};

use super::{
    Counters,
    docket::{Docket, Verdict, judge, questions},
    queue::{Ended, Sending, Way},
};
use crate::{
    db::{
        batch::{Facts, Transaction, is_lock_timeout},
        feeds::{self, Locks},
        messages::Numbered,
    },
    publish::Hints,
    writer::{PAUSE_MS, RETRIES, is_transient},
};

/// How long a transaction that others share waits for one chat's lock. Whoever writes to a chat holds it for a few
/// milliseconds; who holds it for longer holds up only that chat.
const BRIEFLY: Duration = Duration::from_millis(50);

/// What a transaction has made of a message.
enum Settled {
    Answer(Result<Message, Error>),
    Later,
    Withdrawn,
}

/// A committed batch.
struct Settlement {
    /// In the order of the batch.
    settled: Vec<Settled>,
    /// What is new, and what was asked for again.
    hints: Vec<Hints>,
}

/// Why there is none.
enum Failure {
    /// A lock of a chat was not to be had in time.
    Lock(Error),
    Other(Error),
}

/// Takes batches to the database, and their answers back.
pub struct Delivery {
    pub pool: Pool,
    pub publisher: Publisher,
    pub counters: Counters,
}

impl Delivery {
    /// Answers everyone, except those who have to come again.
    pub async fn deliver(&self, way: Way, sendings: Vec<Sending>) -> Ended {
        let ended = match way {
            Way::Shared => self.shared(&sendings).await,
            Way::Apart => self.transact(&sendings, Locks::Awaited, None).await,
        };
        if planted("counter_outside_tx") && matches!(ended, Err(Failure::Other(_))) {
            for sending in &sendings {
                self.skip_a_seq(sending.draft.chat_id).await;
            }
        }
        match ended {
            Ok(settlement) => self.answer(sendings, settlement).await,
            Err(Failure::Lock(_)) if way == Way::Shared => self.set_aside(sendings),
            Err(Failure::Other(error)) if way == Way::Shared && is_lock_timeout(&error) => {
                self.set_aside(sendings)
            }
            Err(Failure::Lock(error)) => Ended {
                stuck: refuse(sendings, error).into_iter().collect(),
                set_aside: vec![],
            },
            Err(Failure::Other(error)) if sendings.len() > 1 && is_someones_fault(&error) => {
                self.counters.divided.inc();
                self.one_by_one(way, sendings).await
            }
            Err(Failure::Other(error)) => {
                refuse(sendings, error);
                Ended::default()
            }
        }
    }

    /// With all of them, or else with those whose locks nobody holds.
    async fn shared(&self, sendings: &[Sending]) -> Result<Settlement, Failure> {
        match self.transact(sendings, Locks::Awaited, Some(BRIEFLY)).await {
            Err(Failure::Lock(_)) => {
                self.transact(sendings, Locks::FreeOnly, Some(BRIEFLY))
                    .await
            }
            ended => ended,
        }
    }

    /// Each as if it had come alone, so that only the one that cannot be stored fails.
    async fn one_by_one(&self, way: Way, sendings: Vec<Sending>) -> Ended {
        let mut ended = Ended::default();
        for sending in sendings {
            if ended.stuck.contains(&sending.draft.chat_id) {
                ended.set_aside.push(sending);
                continue;
            }
            let next = Box::pin(self.deliver(way, vec![sending])).await;
            ended.set_aside.extend(next.set_aside);
            ended.stuck.extend(next.stuck);
        }
        ended
    }

    /// Again when it has lost a deadlock.
    async fn transact(
        &self,
        sendings: &[Sending],
        locks: Locks,
        patience: Option<Duration>,
    ) -> Result<Settlement, Failure> {
        let mut retries = 0;
        loop {
            match self.attempt(sendings, locks, patience).await {
                Err(Failure::Other(error)) if is_transient(&error) && retries < RETRIES => {
                    retries += 1;
                    tracing::info!(retries, "a batch lost a deadlock; running it again");
                    let pause = rand::random_range(PAUSE_MS);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                ended => return ended,
            }
        }
    }

    async fn attempt(
        &self,
        sendings: &[Sending],
        locks: Locks,
        patience: Option<Duration>,
    ) -> Result<Settlement, Failure> {
        let client = self.pool.get().await.map_err(Failure::Other)?;
        let (transaction, facts) =
            Transaction::begin(client, locks, patience, &questions(sendings))
                .await
                .map_err(|error| match is_lock_timeout(&error) {
                    true => Failure::Lock(error),
                    false => Failure::Other(error),
                })?;
        let docket = judge(sendings, &facts, locks);
        self.settle(transaction, &facts, docket)
            .await
            .map_err(Failure::Other)
    }

    /// Writes what is decided, unless that is nothing.
    async fn settle(
        &self,
        transaction: Transaction,
        facts: &Facts,
        docket: Docket<'_>,
    ) -> Result<Settlement, Error> {
        let mut hints = repeats(&transaction, &docket).await?;
        let messages = if docket.new.is_empty() {
            transaction.roll_back().await;
            vec![]
        } else {
            let (messages, news) = self.write(transaction, facts, &docket).await?;
            hints.push(news);
            messages
        };
        let settled = docket.verdicts.into_iter().map(|verdict| match verdict {
            Verdict::New(place) => Settled::Answer(Ok(messages[place].clone())),
            Verdict::Earlier(stored) => Settled::Answer(Ok(stored.message.clone())),
            Verdict::Confirmed(message) => Settled::Answer(Ok(message)),
            Verdict::Refused(error) => Settled::Answer(Err(error)),
            Verdict::Later => Settled::Later,
            Verdict::Withdrawn => Settled::Withdrawn,
        });
        Ok(Settlement {
            settled: settled.collect(),
            hints,
        })
    }

    async fn write(
        &self,
        transaction: Transaction,
        facts: &Facts,
        docket: &Docket<'_>,
    ) -> Result<(Vec<Message>, Hints), Error> {
        let Docket { new, marks, .. } = docket;
        let numbered = if planted("publish_before_commit") {
            let numbered = transaction.write(new, marks).await?;
            let (_, news) = told(facts, docket, &numbered)?;
            news.publish(&self.publisher);
            tokio::time::sleep(Duration::from_millis(PAUSE_MS.end)).await;
            transaction.commit().await?;
            numbered
        } else {
            transaction.write_and_commit(new, marks).await?
        };
        self.counters.messages.observe(new.len() as f64);
        told(facts, docket, &numbered)
    }

    /// Publishes, answers, and keeps those who have to come again.
    async fn answer(&self, sendings: Vec<Sending>, settlement: Settlement) -> Ended {
        for hints in settlement.hints {
            hints.publish(&self.publisher);
        }
        let mut later = vec![];
        for (sending, settled) in sendings.into_iter().zip(settlement.settled) {
            match settled {
                Settled::Answer(answer) => {
                    if planted("counter_outside_tx") && answer.is_err() {
                        self.skip_a_seq(sending.draft.chat_id).await;
                    }
                    reply(sending, answer);
                }
                Settled::Later => later.push(sending),
                Settled::Withdrawn => {}
            }
        }
        self.set_aside(later)
    }

    fn set_aside(&self, sendings: Vec<Sending>) -> Ended {
        let stuck: HashSet<ChatId> = sendings.iter().map(|later| later.draft.chat_id).collect();
        self.counters.set_aside.inc_by(stuck.len() as u64);
        Ended {
            stuck: stuck.into_iter().collect(),
            set_aside: sendings,
        }
    }

    /// What a counter outside of the transaction would do. Only a planted bug calls it.
    async fn skip_a_seq(&self, chat: ChatId) {
        if let Ok(client) = self.pool.get().await
            && let Err(error) = feeds::skip_a_seq(&client, chat).await
        {
            tracing::debug!(%error, "the planted bug has failed");
        }
    }
}

/// The new messages, and their events.
fn told(
    facts: &Facts,
    docket: &Docket<'_>,
    numbered: &HashMap<(ChatId, MessageId), Numbered>,
) -> Result<(Vec<Message>, Hints), Error> {
    let mut heads: HashMap<ChatId, EventId> = HashMap::new();
    let mut messages = Vec::with_capacity(docket.new.len());
    let mut hints = Hints::default();
    for (new, trace) in docket.new.iter().zip(&docket.traces) {
        let numbered = numbered
            .get(&(new.chat_id, new.id))
            .ok_or_else(|| Error::internal("a message of the batch was not stored"))?;
        let message = new.stored(numbered);
        let id = EventId::from(new.id);
        let prev = match heads.insert(new.chat_id, id) {
            None => facts.feeds.get(&new.chat_id).and_then(|feed| feed.head),
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
        hints.add(event, *trace);
        messages.push(message);
    }
    Ok((messages, hints))
}

/// A retry gets the stored message, and its event is published again: the first publish may have been lost. Each by
/// itself, since nobody knows what else stands between.
async fn repeats(transaction: &Transaction, docket: &Docket<'_>) -> Result<Vec<Hints>, Error> {
    let mut told = HashSet::new();
    let client = transaction.client()?;
    let repeated = docket.verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Earlier(stored) if told.insert(stored.message.position()) => Some(stored),
        _ => None,
    });
    try_join_all(repeated.map(async |stored| {
        let message = &stored.message;
        let position = (message.chat_id.into(), message.seq);
        let event = feeds::event(client, position, Change::MessageAdded(message.clone())).await?;
        Ok(Hints::default().event(event))
    }))
    .await
}

/// Whether some message may be at fault rather than the state of the database.
fn is_someones_fault(error: &Error) -> bool {
    matches!(error, Error::Internal { .. }) || is_lock_timeout(error)
}

/// Gives all of them the same error, and answers with their chats.
fn refuse(sendings: Vec<Sending>, error: Error) -> HashSet<ChatId> {
    let chats = sendings
        .iter()
        .map(|refused| refused.draft.chat_id)
        .collect();
    let is_away = is_transient(&error) || matches!(error, Error::Unavailable { .. });
    let cause = Arc::new(error);
    for sending in sendings {
        let cause = Arc::clone(&cause);
        let error = if is_away {
            Error::unavailable(cause)
        } else {
            Error::internal(cause)
        };
        reply(sending, Err(error));
    }
    chats
}

fn reply(sending: Sending, answer: Result<Message, Error>) {
    if sending.answer.send(answer).is_err() {
        tracing::debug!("nobody waits for this answer any more");
    }
}
