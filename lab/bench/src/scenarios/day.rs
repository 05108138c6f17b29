//! **day**: everything at once, with more and more people, until somebody waits too long.
//!
//! Everyone has one socket that follows all of their chats, and sends 0.1 messages a second, a
//! tenth of them in one public chat that every tenth person is in. For each message ten pages or
//! lists are read. Everyone is in five chats of ten.

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;

use super::bench::Bench;
use super::fanout::WIDTH;
use super::read::{Readers, list, page};
use super::write::{Writers, audit};
use crate::load::http::Pace;
use crate::load::listeners::{Feed, Listeners};
use crate::load::messages::{Voice, spread};
use crate::load::socket::Subscription;
use crate::measure::{Driven, Latency, Look, Outcome};
use crate::stage::Chat;
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "day";

/// What the web client follows, without typing and names.
const INBOX: &str = "subscription { inbox { feedId cursor caughtUp reset events { __typename id seq \
    actorId ... on MessageAdded { message { id chatId number revision senderId senderUsername content \
    createdAt editedAt removedAt } } } } }";

/// Of one person, a second.
const MESSAGES: f64 = 0.1;

/// Reads for each message.
const READS: f64 = 10.0;

/// People of a chat.
pub const CHAT: usize = 10;

/// Chats of a person.
pub const CHATS: usize = 5;

/// One person in so many is in the public chat, and one message in so many goes there.
const PUBLIC: usize = 10;

/// Connections that send and connections that read.
const CLIENTS: usize = 64;

/// Chats and messages that one connection has a turn at.
const TURNS: usize = 100;

/// Longer than this, and there are too many people.
pub const TOO_LATE_MS: f64 = 1_000.0;

/// How many people the search begins with.
const FIRST: usize = 1_000;

/// A day of so many people.
struct Day {
    people: usize,
    /// The small ones, and the public one as the last.
    chats: Vec<Chat>,
}

fn io(cause: std::io::Error) -> Error {
    Error::io("follow a day", cause)
}

impl Day {
    async fn dawn(bench: &Bench, people: usize) -> Result<Day, Error> {
        let stage = &bench.stage;
        stage.disperse();
        let count = people * CHATS / CHAT;
        let mut chats = stage.chats_among(count, CHAT, people).await?;
        let public = stage.chats_among(1, people / PUBLIC, people).await?;
        chats.extend(public);
        stage.ledger().settle().await?;
        Ok(Day { people, chats })
    }

    fn ids(&self) -> Vec<Uuid> {
        self.chats.iter().map(|chat| chat.id).collect()
    }

    /// One socket for each of them.
    async fn followers(&self, bench: &Bench) -> Result<Vec<(Subscription, Vec<Feed>)>, Error> {
        let heads = bench.stage.ledger().ends(&self.ids()).await?;
        let mut feeds: HashMap<usize, Vec<Feed>> = HashMap::new();
        for (index, chat) in self.chats.iter().enumerate() {
            for person in &chat.people {
                feeds.entry(*person).or_default().push(Feed {
                    index,
                    head: heads[index],
                });
            }
        }
        let receivers = bench.stage.both(Service::Receiver);
        let follower = |person: usize| {
            let token = bench.stage.person(person).token;
            let address = receivers[person % receivers.len()];
            let subscription = Subscription::to(address, &token, INBOX, &json!({}));
            (subscription, feeds.remove(&person).unwrap_or_default())
        };
        Ok((0..self.people).map(follower).collect())
    }

    fn writers(&self, bench: &Bench) -> Writers {
        let last = self.chats.len() - 1;
        let voice = |client: usize, turn: usize| {
            let chat = match turn % PUBLIC {
                0 => last,
                _ => (client * TURNS + turn) % last,
            };
            let people = &self.chats[chat].people;
            let person = bench.stage.person(people[(client + turn) % people.len()]);
            Voice::new(&person.token, chat as u32, self.chats[chat].id)
        };
        let of_client = |client| (0..TURNS).map(|turn| voice(client, turn)).collect();
        Writers::new((0..CLIENTS).map(of_client).collect())
    }

    /// Of four reads two are the latest page of a chat, one the latest page of the public chat,
    /// and one a list of chats.
    fn readers(&self, bench: &Bench) -> Readers {
        let last = self.chats.len() - 1;
        let request = |client: usize, turn: usize| {
            let chat = match turn % 4 {
                0 => last,
                _ => (client * TURNS + turn) % last,
            };
            let people = &self.chats[chat].people;
            let token = bench
                .stage
                .person(people[(client + turn) % people.len()])
                .token;
            match turn % 4 {
                1 => list(&token),
                _ => page(&token, self.chats[chat].id, None),
            }
        };
        let of_client = |client| (0..TURNS).map(|turn| request(client, turn)).collect();
        Readers::of_any_length((0..CLIENTS).map(of_client).collect())
    }

    async fn live(&self, bench: &Bench) -> Result<Outcome, Error> {
        let stage = &bench.stage;
        let ids = self.ids();
        let wanted = self.followers(bench).await?;
        let listeners = Listeners::start(wanted, &ids, WIDTH).await.map_err(io)?;
        let messages = self.people as f64 * MESSAGES;
        let senders = spread(&stage.both(Service::Sender), CLIENTS);
        let receivers = spread(&stage.both(Service::Receiver), CLIENTS);
        let writing = Driven::start(senders, Pace::Open(messages), self.writers(bench));
        let pace = Pace::Open(messages * READS);
        let reading = Driven::start(receivers, pace, self.readers(bench));
        let span = bench.plan.span();
        tokio::time::sleep(span.warm_up).await;
        let gauges = [listeners.gauge(), &*writing.gauge, &*reading.gauge];
        gauges.iter().for_each(|gauge| gauge.record(true));
        let first = Look::at(stage, None, &writing.gauge).await?;
        tokio::time::sleep(span.measured).await;
        let last = Look::at(stage, None, &writing.gauge).await?;
        gauges.iter().for_each(|gauge| gauge.record(false));
        let errors = writing.gauge.errors() + reading.gauge.errors();
        let delivered = listeners.gauge().done() as f64;
        let (read, (writers, wrote)) = tokio::try_join!(reading.finish(), writing.finish())?;
        let ends = stage.ledger().ends(&ids).await?;
        let heard = listeners.close(&ends).await.map_err(io)?;

        let case = format!("{} people", self.people);
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, case, "messages/s"));
        let p99 = |latency: Option<Latency>| latency.map_or(0.0, |latency| latency.p99);
        let [sent, was_read, received] = [
            Latency::of(&wrote),
            Latency::of(&read.1),
            Latency::of(&heard.durations),
        ];
        let worst = p99(sent).max(p99(was_read)).max(p99(received));
        outcome.latency = received;
        outcome.errors = errors;
        let mut verdict = heard.verdict;
        verdict += audit(bench, &self.chats, &writers.acks).await?;
        outcome.audit = Some(verdict);
        Ok(outcome
            .with("offered/s", messages)
            .with("deliveries", delivered)
            .with("p99 of sends, ms", p99(sent))
            .with("p99 of reads, ms", p99(was_read))
            .with("worst p99, ms", worst))
    }
}

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let (mut good, mut people) = (None, FIRST);
    let mut bad = None;
    while bad.is_none() || good.is_none() {
        let carried = attempt(bench, people).await?;
        match carried {
            true => good = Some(people),
            false => bad = Some(people),
        }
        if people < 50 {
            return Ok(());
        }
        people = if carried { people * 2 } else { people / 2 };
    }
    // Once more in between: a day takes a while to prepare.
    if let (Some(good), Some(bad)) = (good, bad) {
        let middle = (good + bad) / 2 / 100 * 100;
        attempt(bench, middle.max(good)).await?;
    }
    Ok(())
}

async fn attempt(bench: &mut Bench, people: usize) -> Result<bool, Error> {
    let outcome = Day::dawn(bench, people).await?.live(bench).await?;
    let number = |name: &str| outcome.more.get(name).copied().unwrap_or_default();
    let keeps_up = outcome.rate >= number("offered/s") * 0.95;
    let carried = keeps_up && number("worst p99, ms") <= TOO_LATE_MS && outcome.errors == 0;
    bench.add(outcome.with("carried", f64::from(u8::from(carried))));
    Ok(carried)
}
