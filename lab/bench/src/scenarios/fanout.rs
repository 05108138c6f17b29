//! **fan-out**: messages at a steady rate to many subscribers, with increasing rates until the latency is too high.
//!
//! Half of the subscribers are connected to each receiver, without the load balancer, and each is a different user. The
//! bare broadcast sends frames of the same size.

mod search;

use std::time::Duration;

use serde_json::json;

use self::search::{BestRates, FanoutTarget, search};
use super::bench::Bench;
use super::write::{WriteRequests, audit, run_inserts};
use crate::audit::AuditTotals;
use crate::baselines::BaselineServer;
use crate::environment::Chat;
use crate::load::http::LoadModel;
use crate::load::requests::round_robin;
use crate::load::subscribers::{FollowedFeed, Subscribers};
use crate::load::subscription::Subscription;
use crate::measure::{Latency, Outcome, RequestLoad, Snapshot, Span};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "fanout";

const UNIT: &str = "deliveries/s";

/// The subscription: what the web client shows of a message.
pub const CHAT_SUBSCRIPTION: &str = "subscription ($chatId: ID!) { chatEvents(chatId: $chatId) { \
    feedId cursor caughtUp reset events { __typename id seq actorId ... on MessageAdded { message { \
    id chatId number revision senderId senderUsername content createdAt editedAt removedAt } } } } }";

/// Maximum number of connections that send. Each rarely has more than one outstanding message.
const MAX_SENDING_CONNECTIONS: usize = 64;

/// Maximum number of subscriptions that are opened at once.
pub const MAX_CONCURRENT_SUBSCRIBES: usize = 64;

/// Antiphon with its chats and subscribers.
struct AntiphonTarget {
    case: String,
    chats: Vec<Chat>,
    subscribers: usize,
}

/// A baseline server.
struct BaselineTarget {
    case: String,
    server: BaselineServer,
    subscription: Subscription,
    subscribers: usize,
}

fn io(cause: std::io::Error) -> Error {
    Error::io("subscribe to a server", cause)
}

/// Subscriptions to these chats, each of a different user, alternating between both receivers.
///
/// # Errors
/// If the database returns an error.
pub async fn subscriptions(
    bench: &Bench,
    chats: &[Chat],
    count: usize,
) -> Result<Vec<(Subscription, Vec<FollowedFeed>)>, Error> {
    let ids: Vec<_> = chats.iter().map(|chat| chat.id).collect();
    let heads = bench.environment.database().last_seqs(&ids).await?;
    let receivers = bench.environment.instances(Service::Receiver);
    let subscription = |n: usize| {
        let index = n % chats.len();
        let chat = &chats[index];
        let user = bench.environment.user(chat.users[n / chats.len()]);
        let variables = json!({ "chatId": chat.id });
        let address = receivers[(n / chats.len()) % receivers.len()];
        let feed = FollowedFeed {
            index,
            head: heads[index],
        };
        (
            Subscription::to(address, &user.token, CHAT_SUBSCRIPTION, &variables),
            vec![feed],
        )
    };
    Ok((0..count).map(subscription).collect())
}

impl AntiphonTarget {
    async fn prepare(
        bench: &Bench,
        subscribers: usize,
        chats: usize,
    ) -> Result<AntiphonTarget, Error> {
        let case = format!("{subscribers} subscribers of {chats} chats");
        let users = (subscribers / chats).max(2);
        Ok(AntiphonTarget {
            case,
            chats: bench.environment.chats(chats, users).await?,
            subscribers,
        })
    }

    async fn deliver(
        &self,
        bench: &Bench,
        model: LoadModel,
        clients: usize,
        span: Span,
    ) -> Result<Outcome, Error> {
        let environment = &bench.environment;
        let wanted = subscriptions(bench, &self.chats, self.subscribers).await?;
        let feeds: Vec<_> = self.chats.iter().map(|chat| chat.id).collect();
        let subscribers = Subscribers::start(wanted, &feeds, MAX_CONCURRENT_SUBSCRIBES)
            .await
            .map_err(io)?;
        let writers = WriteRequests::for_chats(bench, clients, &self.chats);
        let load = RequestLoad::start(
            round_robin(&environment.instances(Service::Sender), clients),
            model,
            writers,
        );
        tokio::time::sleep(span.warm_up).await;
        subscribers.counters().record(true);
        let first = Snapshot::take(environment, None, subscribers.counters()).await?;
        tokio::time::sleep(span.measured).await;
        let last = Snapshot::take(environment, None, subscribers.counters()).await?;
        subscribers.counters().record(false);
        let errors = load.counters.errors();
        let (writers, _) = load.finish().await?;
        let ends = environment.database().last_seqs(&feeds).await?;
        let results = subscribers.close(&ends).await.map_err(io)?;
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, &self.case, UNIT));
        outcome.latency = Latency::of(&results.durations);
        outcome.errors = errors;
        let mut totals = results.totals;
        totals += audit(bench, &self.chats, &writers.acks).await?;
        outcome.audit = Some(totals);
        Ok(outcome)
    }
}

impl FanoutTarget for AntiphonTarget {
    async fn measure_at(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error> {
        let clients = MAX_SENDING_CONNECTIONS.min(self.chats.len() * self.chats[0].users.len());
        // A message only goes to the subscribers of its chat.
        let model = LoadModel::OpenLoop(rate * self.chats.len() as f64);
        self.deliver(bench, model, clients, bench.plan.span()).await
    }
}

impl BaselineTarget {
    async fn start(bench: &Bench, subscribers: usize, bytes: f64) -> Result<BaselineTarget, Error> {
        let bytes = format!("{bytes:.0}");
        let arguments = ["sockets", "--bytes", &bytes];
        let server = BaselineServer::start(bench.environment.directory(), &arguments).await?;
        Ok(BaselineTarget {
            case: format!("bare broadcast to {subscribers}"),
            subscription: Subscription::baseline(server.address()),
            server,
            subscribers,
        })
    }

    /// The server that executes the subscription for every subscriber.
    async fn stock(bench: &Bench, subscribers: usize) -> Result<BaselineTarget, Error> {
        let server = BaselineServer::start(bench.environment.directory(), &["stock"]).await?;
        let variables = json!({ "chatId": uuid::Uuid::nil() });
        Ok(BaselineTarget {
            case: format!("stock subscription of {subscribers}"),
            subscription: Subscription::to(server.address(), "", CHAT_SUBSCRIPTION, &variables),
            server,
            subscribers,
        })
    }

    async fn request(&self, path: &str, post: bool) -> Result<String, Error> {
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
        Ok(self.request("sent", false).await?.parse().unwrap_or(0))
    }
}

impl FanoutTarget for BaselineTarget {
    async fn measure_at(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error> {
        let span = bench.plan.span();
        let feed = FollowedFeed {
            index: 0,
            head: self.sent().await?,
        };
        let subscriber = || (self.subscription.clone(), vec![feed]);
        let wanted = (0..self.subscribers).map(|_| subscriber()).collect();
        let subscribers =
            Subscribers::start(wanted, &[uuid::Uuid::nil()], MAX_CONCURRENT_SUBSCRIBES)
                .await
                .map_err(io)?;
        self.request(&format!("rate/{rate}"), true).await?;
        tokio::time::sleep(span.warm_up).await;
        subscribers.counters().record(true);
        let pid = Some(self.server.pid());
        let first = Snapshot::take(&bench.environment, pid, subscribers.counters()).await?;
        tokio::time::sleep(span.measured).await;
        let last = Snapshot::take(&bench.environment, pid, subscribers.counters()).await?;
        subscribers.counters().record(false);
        self.request("rate/0", true).await?;
        // The timer's next tick reads it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ends = [self.sent().await?];
        let results = subscribers.close(&ends).await.map_err(io)?;
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, &self.case, UNIT));
        outcome.latency = Latency::of(&results.durations);
        // It promises nothing: what it loses shows that the rate was too high.
        outcome.errors = results.totals.violations();
        outcome.audit = Some(results.totals).filter(AuditTotals::is_clean);
        Ok(outcome)
    }
}

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let bytes = run_single_messages(bench).await?;
    let cases: &[(usize, usize)] = match bench.plan.short {
        true => &[(1_000, 1), (1_000, 200)],
        false => &[(10, 1), (100, 1), (1_000, 1), (5_000, 1), (1_000, 200)],
    };
    let mut baselines: Vec<(usize, BestRates)> = Vec::new();
    for &(subscribers, chats) in cases {
        if !bench
            .plan
            .wants(&format!("{subscribers} subscribers of {chats} chats"))
        {
            continue;
        }
        let known = baselines.iter().find(|(count, _)| *count == subscribers);
        let limits = match known {
            Some((_, limits)) => limits.clone(),
            None => {
                let baseline = BaselineTarget::start(bench, subscribers, bytes).await?;
                let limits = search(bench, &baseline, subscribers).await?;
                for limit in limits.as_outcomes() {
                    limit.iter().for_each(|limit| bench.add(limit.clone()));
                }
                baselines.push((subscribers, limits.clone()));
                run_stock(bench, subscribers, &limits).await?;
                limits
            }
        };
        let antiphon = AntiphonTarget::prepare(bench, subscribers, chats).await?;
        bench.environment.database().vacuum_and_checkpoint().await?;
        let best = search(bench, &antiphon, subscribers).await?;
        if chats == 1
            && bench.plan.rates.is_empty()
            && let Some(limit) = &limits.below_1_s
        {
            let deliveries = limit.rate / 10.0;
            let mut tenth = antiphon
                .measure_at(bench, deliveries / subscribers as f64)
                .await?;
            tenth.case = format!("{}, at a tenth of the bare rate", tenth.case);
            bench.add(tenth);
        }
        for (antiphon, limit) in best.as_outcomes().into_iter().zip(limits.as_outcomes()) {
            let Some(antiphon) = antiphon else { continue };
            bench.add(match &limit {
                Some(limit) => antiphon.compared_with(limit),
                None => antiphon,
            });
        }
    }
    Ok(())
}

/// Measures the stock server, and compares it with the bare one.
async fn run_stock(bench: &mut Bench, subscribers: usize, limits: &BestRates) -> Result<(), Error> {
    let stock = BaselineTarget::stock(bench, subscribers).await?;
    let best = search(bench, &stock, subscribers).await?;
    for (stock, limit) in best.as_outcomes().into_iter().zip(limits.as_outcomes()) {
        let Some(stock) = stock else { continue };
        bench.add(match &limit {
            Some(limit) => stock.compared_with(limit),
            None => stock,
        });
    }
    Ok(())
}

/// Sends one message at a time on an idle system. Returns the bytes of a frame with one message.
async fn run_single_messages(bench: &mut Bench) -> Result<f64, Error> {
    let mut antiphon = AntiphonTarget::prepare(bench, 2, 1).await?;
    antiphon.case = "one message at a time, send to received".to_owned();
    let model = LoadModel::ThinkTime(Duration::from_millis(10));
    let outcome = antiphon.deliver(bench, model, 1, bench.plan.span()).await?;
    let bytes = outcome.more.get("bytes/delivery").copied().unwrap_or(480.0);
    let baseline = BaselineTarget::start(bench, 2, bytes).await?;
    let mut limit = baseline.measure_at(bench, 50.0).await?;
    limit.case = "bare broadcast, one message at a time".to_owned();
    let broadcast_latency = limit.latency.map_or(f64::NAN, |latency| latency.p50);
    bench.add(limit);
    // The minimum: one commit and one frame.
    let commit = run_inserts(bench, 1, 1, Duration::from_secs(1)).await?;
    let least = broadcast_latency + commit.p50 as f64 / 1e3;
    bench.add(outcome.with("bare hop and commit, ms", least));
    Ok(bytes)
}
