//! **fan-out**: messages at a steady rate to many subscribers, faster and faster until they come
//! too late.
//!
//! Half of the subscribers are on each receiver, past the load balancer, and each is another
//! person. The bare broadcast sends frames of as many bytes as ours.

use std::time::Duration;

use serde_json::json;

use super::bench::Bench;
use super::write::{Writers, audit, insert};
use crate::audit::Verdict;
use crate::baselines::Bare;
use crate::load::http::Pace;
use crate::load::listeners::{Feed, Listeners};
use crate::load::messages::spread;
use crate::load::socket::Subscription;
use crate::measure::{Driven, Latency, Look, Outcome, STEP, Span};
use crate::stage::Chat;
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "fanout";

const UNIT: &str = "deliveries/s";

/// What subscribers ask for: what the web client shows of a message.
pub const DOCUMENT: &str = "subscription ($chatId: ID!) { chatEvents(chatId: $chatId) { \
    feedId cursor caughtUp reset events { __typename id seq actorId ... on MessageAdded { message { \
    id chatId number revision senderId senderUsername content createdAt editedAt removedAt } } } } }";

/// Connections that send. More than one message is rarely outstanding on each.
const SENDERS: usize = 64;

/// Subscriptions that are opened at once.
pub const WIDTH: usize = 64;

/// Later than this is too late.
const TOO_LATE_MS: f64 = 1_000.0;

/// What people do not notice.
const SOON_MS: f64 = 250.0;

/// Deliveries per second that the search begins with.
const FIRST: f64 = 80_000.0;

/// How often it looks between the last rate that was carried and the first that was not.
const CLOSER: usize = 3;

/// Something that delivers messages at a given rate and says how it went.
trait Hall {
    /// So many deliveries a second to each subscriber.
    async fn step(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error>;
}

/// Antiphon with its chats and subscribers.
struct Ours {
    case: String,
    chats: Vec<Chat>,
    subscribers: usize,
}

/// A bare server.
struct Theirs {
    case: String,
    server: Bare,
    subscription: Subscription,
    subscribers: usize,
}

fn io(cause: std::io::Error) -> Error {
    Error::io("listen to a server", cause)
}

/// People of these chats who listen, each to one, by turns on both receivers.
///
/// # Errors
/// When the database does not answer.
pub async fn subscriptions(
    bench: &Bench,
    chats: &[Chat],
    count: usize,
) -> Result<Vec<(Subscription, Vec<Feed>)>, Error> {
    let ids: Vec<_> = chats.iter().map(|chat| chat.id).collect();
    let heads = bench.stage.ledger().ends(&ids).await?;
    let receivers = bench.stage.both(Service::Receiver);
    let subscription = |n: usize| {
        let index = n % chats.len();
        let chat = &chats[index];
        let person = bench.stage.person(chat.people[n / chats.len()]);
        let variables = json!({ "chatId": chat.id });
        let address = receivers[(n / chats.len()) % receivers.len()];
        let feed = Feed {
            index,
            head: heads[index],
        };
        (
            Subscription::to(address, &person.token, DOCUMENT, &variables),
            vec![feed],
        )
    };
    Ok((0..count).map(subscription).collect())
}

impl Ours {
    async fn gather(bench: &Bench, subscribers: usize, chats: usize) -> Result<Ours, Error> {
        let case = format!("{subscribers} subscribers of {chats} chats");
        let people = (subscribers / chats).max(2);
        Ok(Ours {
            case,
            chats: bench.stage.chats(chats, people).await?,
            subscribers,
        })
    }

    async fn deliver(
        &self,
        bench: &Bench,
        pace: Pace,
        clients: usize,
        span: Span,
    ) -> Result<Outcome, Error> {
        let stage = &bench.stage;
        let wanted = subscriptions(bench, &self.chats, self.subscribers).await?;
        let feeds: Vec<_> = self.chats.iter().map(|chat| chat.id).collect();
        let listeners = Listeners::start(wanted, &feeds, WIDTH).await.map_err(io)?;
        let writers = Writers::among(bench, clients, &self.chats);
        let driven = Driven::start(spread(&stage.both(Service::Sender), clients), pace, writers);
        tokio::time::sleep(span.warm_up).await;
        listeners.gauge().record(true);
        let first = Look::at(stage, None, listeners.gauge()).await?;
        tokio::time::sleep(span.measured).await;
        let last = Look::at(stage, None, listeners.gauge()).await?;
        listeners.gauge().record(false);
        let errors = driven.gauge.errors();
        let (writers, _) = driven.finish().await?;
        let ends = stage.ledger().ends(&feeds).await?;
        let heard = listeners.close(&ends).await.map_err(io)?;
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, &self.case, UNIT));
        outcome.latency = Latency::of(&heard.durations);
        outcome.errors = errors;
        let mut verdict = heard.verdict;
        verdict += audit(bench, &self.chats, &writers.acks).await?;
        outcome.audit = Some(verdict);
        Ok(outcome)
    }
}

impl Hall for Ours {
    async fn step(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error> {
        let clients = SENDERS.min(self.chats.len() * self.chats[0].people.len());
        // A message reaches the subscribers of its own chat.
        let pace = Pace::Open(rate * self.chats.len() as f64);
        self.deliver(bench, pace, clients, bench.plan.span()).await
    }
}

impl Theirs {
    async fn start(bench: &Bench, subscribers: usize, bytes: f64) -> Result<Theirs, Error> {
        let bytes = format!("{bytes:.0}");
        let words = ["sockets", "--bytes", &bytes];
        let server = Bare::start(bench.stage.directory(), &words).await?;
        Ok(Theirs {
            case: format!("bare broadcast to {subscribers}"),
            subscription: Subscription::bare(server.address()),
            server,
            subscribers,
        })
    }

    /// The server that executes the subscription for every subscriber.
    async fn stock(bench: &Bench, subscribers: usize) -> Result<Theirs, Error> {
        let server = Bare::start(bench.stage.directory(), &["stock"]).await?;
        let variables = json!({ "chatId": uuid::Uuid::nil() });
        Ok(Theirs {
            case: format!("stock subscription of {subscribers}"),
            subscription: Subscription::to(server.address(), "", DOCUMENT, &variables),
            server,
            subscribers,
        })
    }

    async fn tell(&self, path: &str, post: bool) -> Result<String, Error> {
        let url = format!("http://{}/{path}", self.server.address());
        let client = reqwest::Client::new();
        let request = match post {
            true => client.post(url),
            false => client.get(url),
        };
        let answer = async { request.send().await?.text().await }.await;
        answer.map_err(|cause| Error::Failed {
            program: "the bare broadcast".to_owned(),
            output: cause.to_string(),
        })
    }

    async fn sent(&self) -> Result<u64, Error> {
        Ok(self.tell("sent", false).await?.parse().unwrap_or(0))
    }
}

impl Hall for Theirs {
    async fn step(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error> {
        let span = bench.plan.span();
        let feed = Feed {
            index: 0,
            head: self.sent().await?,
        };
        let listener = || (self.subscription.clone(), vec![feed]);
        let wanted = (0..self.subscribers).map(|_| listener()).collect();
        let listeners = Listeners::start(wanted, &[uuid::Uuid::nil()], WIDTH)
            .await
            .map_err(io)?;
        self.tell(&format!("rate/{rate}"), true).await?;
        tokio::time::sleep(span.warm_up).await;
        listeners.gauge().record(true);
        let pid = Some(self.server.pid());
        let first = Look::at(&bench.stage, pid, listeners.gauge()).await?;
        tokio::time::sleep(span.measured).await;
        let last = Look::at(&bench.stage, pid, listeners.gauge()).await?;
        listeners.gauge().record(false);
        self.tell("rate/0", true).await?;
        // The timer's next tick reads it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ends = [self.sent().await?];
        let heard = listeners.close(&ends).await.map_err(io)?;
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, &self.case, UNIT));
        outcome.latency = Latency::of(&heard.durations);
        // It promises nothing: what it gets wrong says that it was asked for too much.
        outcome.errors = heard.verdict.faults();
        outcome.audit = Some(heard.verdict).filter(Verdict::is_clean);
        Ok(outcome)
    }
}

/// The fastest that was soon enough.
#[derive(Clone, Default)]
struct Best {
    within_a_second: Option<Outcome>,
    soon: Option<Outcome>,
}

impl Best {
    /// Both as lines of the table.
    fn named(&self) -> [Option<Outcome>; 2] {
        let named = |outcome: &Option<Outcome>, bound: &str| {
            let mut outcome = outcome.clone()?;
            outcome.case = format!("{}, p99 below {bound}", outcome.case);
            Some(outcome)
        };
        [
            named(&self.within_a_second, "1 s"),
            named(&self.soon, "250 ms"),
        ]
    }

    fn take(&mut self, outcome: Outcome) -> bool {
        let p99 = outcome.latency.map_or(f64::INFINITY, |latency| latency.p99);
        let offered = outcome.more.get("offered/s").copied().unwrap_or_default();
        let clean = outcome.audit.is_none_or(|audit| audit.is_clean());
        let whole = clean && outcome.errors == 0;
        let keeps_up = whole && outcome.rate >= offered * 0.95 && p99 <= TOO_LATE_MS;
        let faster =
            |best: &Option<Outcome>| best.as_ref().is_none_or(|best| best.rate < outcome.rate);
        if p99 <= SOON_MS && keeps_up && faster(&self.soon) {
            self.soon = Some(outcome.clone());
        }
        if keeps_up && faster(&self.within_a_second) {
            self.within_a_second = Some(outcome.clone());
        }
        keeps_up
    }
}

/// Doubles the rate until it is too fast, then looks between the last two. Where rates were
/// asked for, only these.
async fn search(bench: &mut Bench, hall: &impl Hall, subscribers: usize) -> Result<Best, Error> {
    let rates = bench.plan.rates.clone();
    let mut best = Best::default();
    let mut good = 0.0;
    let mut deliveries = FIRST;
    let mut step = async |best: &mut Best, deliveries: f64| {
        let outcome = hall.step(bench, deliveries / subscribers as f64).await?;
        let outcome = outcome
            .with("offered/s", deliveries)
            .with("subscribers", subscribers as f64);
        let mut said = outcome.clone();
        said.scenario = STEP.to_owned();
        said.case = format!("{} at {deliveries:.0}", said.case);
        bench.add(said);
        Ok::<bool, Error>(best.take(outcome))
    };
    if !rates.is_empty() {
        for deliveries in rates {
            step(&mut best, deliveries).await?;
        }
        return Ok(best);
    }
    while step(&mut best, deliveries).await? {
        good = deliveries;
        deliveries *= 2.0;
    }
    let mut bad = deliveries;
    for _ in 0..CLOSER {
        let middle = (good + bad) / 2.0;
        match step(&mut best, middle).await? {
            true => good = middle,
            false => bad = middle,
        }
    }
    Ok(best)
}

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let bytes = hop(bench).await?;
    let cases: &[(usize, usize)] = match bench.plan.short {
        true => &[(1_000, 1), (1_000, 200)],
        false => &[(10, 1), (100, 1), (1_000, 1), (5_000, 1), (1_000, 200)],
    };
    let mut bares: Vec<(usize, Best)> = Vec::new();
    for &(subscribers, chats) in cases {
        if !bench
            .plan
            .wants(&format!("{subscribers} subscribers of {chats} chats"))
        {
            continue;
        }
        let known = bares.iter().find(|(count, _)| *count == subscribers);
        let limits = match known {
            Some((_, limits)) => limits.clone(),
            None => {
                let bare = Theirs::start(bench, subscribers, bytes).await?;
                let limits = search(bench, &bare, subscribers).await?;
                for limit in limits.named() {
                    limit.iter().for_each(|limit| bench.add(limit.clone()));
                }
                bares.push((subscribers, limits.clone()));
                stock(bench, subscribers, &limits).await?;
                limits
            }
        };
        let ours = Ours::gather(bench, subscribers, chats).await?;
        bench.stage.ledger().settle().await?;
        let best = search(bench, &ours, subscribers).await?;
        if chats == 1
            && bench.plan.rates.is_empty()
            && let Some(limit) = &limits.within_a_second
        {
            let deliveries = limit.rate / 10.0;
            let mut calm = ours.step(bench, deliveries / subscribers as f64).await?;
            calm.case = format!("{}, at a tenth of the bare rate", calm.case);
            bench.add(calm);
        }
        for (ours, limit) in best.named().into_iter().zip(limits.named()) {
            let Some(ours) = ours else { continue };
            bench.add(match &limit {
                Some(limit) => ours.beside(limit),
                None => ours,
            });
        }
    }
    Ok(())
}

/// What the stock server delivers, beside the bare one.
async fn stock(bench: &mut Bench, subscribers: usize, limits: &Best) -> Result<(), Error> {
    let stock = Theirs::stock(bench, subscribers).await?;
    let best = search(bench, &stock, subscribers).await?;
    for (stock, limit) in best.named().into_iter().zip(limits.named()) {
        let Some(stock) = stock else { continue };
        bench.add(match &limit {
            Some(limit) => stock.beside(limit),
            None => stock,
        });
    }
    Ok(())
}

/// One message at a time, otherwise idle. Returns the bytes of a frame with one message.
async fn hop(bench: &mut Bench) -> Result<f64, Error> {
    let mut ours = Ours::gather(bench, 2, 1).await?;
    ours.case = "one message at a time, send to received".to_owned();
    let pace = Pace::Paused(Duration::from_millis(10));
    let outcome = ours.deliver(bench, pace, 1, bench.plan.span()).await?;
    let bytes = outcome.more.get("bytes/delivery").copied().unwrap_or(480.0);
    let bare = Theirs::start(bench, 2, bytes).await?;
    let mut limit = bare.step(bench, 50.0).await?;
    limit.case = "bare broadcast, one message at a time".to_owned();
    let hop = limit.latency.map_or(f64::NAN, |latency| latency.p50);
    bench.add(limit);
    // What it takes at the least: one commit, and one frame.
    let commit = insert(bench, 1, 1, Duration::from_secs(1)).await?;
    let least = hop + commit.p50 as f64 / 1e3;
    bench.add(outcome.with("bare hop and commit, ms", least));
    Ok(bytes)
}
