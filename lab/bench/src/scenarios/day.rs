//! **day**: everything at once, with more and more users, until the latency is too high.
//!
//! Every user has one socket that follows all of their chats, and sends 0.1 messages per second, a tenth of them to a
//! public chat in which every tenth user participates. For each message, ten pages or lists are read. Every user is in
//! five chats of ten.

use std::collections::HashMap;

use serde_json::json;
use uuid::Uuid;

use super::bench::Bench;
use super::fanout::MAX_CONCURRENT_SUBSCRIBES;
use super::read::{ReadRequests, chat_list_request, page_request};
use super::write::{WriteRequests, audit};
use crate::environment::Chat;
use crate::load::http::LoadModel;
use crate::load::requests::{MessageTemplate, round_robin};
use crate::load::subscribers::{FollowedFeed, Subscribers};
use crate::load::subscription::Subscription;
use crate::measure::{Latency, Outcome, RequestLoad, Snapshot};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "day";

/// The subscription of the web client, without typing and names.
const INBOX_SUBSCRIPTION: &str = "subscription { inbox { feedId cursor caughtUp reset events { __typename id seq \
    actorId ... on MessageAdded { message { id chatId number revision senderId senderUsername content \
    createdAt editedAt removedAt } } } } }";

/// Messages that one user sends per second.
const MESSAGES_PER_USER_PER_SECOND: f64 = 0.1;

/// Reads for each message.
const READS_PER_MESSAGE: f64 = 10.0;

/// Participants of a chat.
pub const CHAT_SIZE: usize = 10;

/// Chats of a user.
pub const CHATS_PER_USER: usize = 5;

/// One user in this many is in the public chat, and one message in this many goes there.
const PUBLIC_CHAT_SHARE: usize = 10;

/// Number of connections that send, and of connections that read.
const CONNECTIONS: usize = 64;

/// Different requests of one connection, which it sends in turn.
const REQUESTS_PER_CONNECTION: usize = 100;

/// Above this 99th percentile, there are too many users.
pub const MAX_P99_MS: f64 = 1_000.0;

/// The number of users with which the search starts.
const FIRST_USER_COUNT: usize = 1_000;

/// The scenario with one number of users.
struct DayScenario {
    users: usize,
    /// The small chats, then the public one.
    chats: Vec<Chat>,
}

fn io(cause: std::io::Error) -> Error {
    Error::io("subscribe to the users' inboxes", cause)
}

impl DayScenario {
    async fn prepare(bench: &Bench, users: usize) -> Result<DayScenario, Error> {
        let environment = &bench.environment;
        environment.forget_users();
        let count = users * CHATS_PER_USER / CHAT_SIZE;
        let mut chats = environment.chats_among(count, CHAT_SIZE, users).await?;
        let public = environment
            .chats_among(1, users / PUBLIC_CHAT_SHARE, users)
            .await?;
        chats.extend(public);
        environment.database().vacuum_and_checkpoint().await?;
        Ok(DayScenario { users, chats })
    }

    fn ids(&self) -> Vec<Uuid> {
        self.chats.iter().map(|chat| chat.id).collect()
    }

    /// One subscription for each user.
    async fn subscribers(
        &self,
        bench: &Bench,
    ) -> Result<Vec<(Subscription, Vec<FollowedFeed>)>, Error> {
        let heads = bench.environment.database().last_seqs(&self.ids()).await?;
        let mut feeds: HashMap<usize, Vec<FollowedFeed>> = HashMap::new();
        for (index, chat) in self.chats.iter().enumerate() {
            for user in &chat.users {
                feeds.entry(*user).or_default().push(FollowedFeed {
                    index,
                    head: heads[index],
                });
            }
        }
        let receivers = bench.environment.instances(Service::Receiver);
        let subscriber = |user: usize| {
            let token = bench.environment.user(user).token;
            let address = receivers[user % receivers.len()];
            let subscription = Subscription::to(address, &token, INBOX_SUBSCRIPTION, &json!({}));
            (subscription, feeds.remove(&user).unwrap_or_default())
        };
        Ok((0..self.users).map(subscriber).collect())
    }

    fn write_requests(&self, bench: &Bench) -> WriteRequests {
        let last = self.chats.len() - 1;
        let template = |client: usize, turn: usize| {
            let chat = match turn % PUBLIC_CHAT_SHARE {
                0 => last,
                _ => (client * REQUESTS_PER_CONNECTION + turn) % last,
            };
            let users = &self.chats[chat].users;
            let user = bench.environment.user(users[(client + turn) % users.len()]);
            MessageTemplate::new(&user.token, chat as u32, self.chats[chat].id)
        };
        let of_client = |client| {
            (0..REQUESTS_PER_CONNECTION)
                .map(|turn| template(client, turn))
                .collect()
        };
        WriteRequests::new((0..CONNECTIONS).map(of_client).collect())
    }

    /// Of four reads, two are the latest page of a small chat, one is the latest page of the public chat, and one is a
    /// list of chats.
    fn read_requests(&self, bench: &Bench) -> ReadRequests {
        let last = self.chats.len() - 1;
        let request = |client: usize, turn: usize| {
            let chat = match turn % 4 {
                0 => last,
                _ => (client * REQUESTS_PER_CONNECTION + turn) % last,
            };
            let users = &self.chats[chat].users;
            let token = bench
                .environment
                .user(users[(client + turn) % users.len()])
                .token;
            match turn % 4 {
                1 => chat_list_request(&token),
                _ => page_request(&token, self.chats[chat].id, None),
            }
        };
        let of_client = |client| {
            (0..REQUESTS_PER_CONNECTION)
                .map(|turn| request(client, turn))
                .collect()
        };
        ReadRequests::of_any_length((0..CONNECTIONS).map(of_client).collect())
    }

    async fn measure(&self, bench: &Bench) -> Result<Outcome, Error> {
        let environment = &bench.environment;
        let ids = self.ids();
        let wanted = self.subscribers(bench).await?;
        let subscribers = Subscribers::start(wanted, &ids, MAX_CONCURRENT_SUBSCRIBES)
            .await
            .map_err(io)?;
        let messages = self.users as f64 * MESSAGES_PER_USER_PER_SECOND;
        let senders = round_robin(&environment.instances(Service::Sender), CONNECTIONS);
        let receivers = round_robin(&environment.instances(Service::Receiver), CONNECTIONS);
        let writing = RequestLoad::start(
            senders,
            LoadModel::OpenLoop(messages),
            self.write_requests(bench),
        );
        let model = LoadModel::OpenLoop(messages * READS_PER_MESSAGE);
        let reading = RequestLoad::start(receivers, model, self.read_requests(bench));
        let span = bench.plan.span();
        tokio::time::sleep(span.warm_up).await;
        let all_counters = [
            subscribers.counters(),
            &*writing.counters,
            &*reading.counters,
        ];
        all_counters
            .iter()
            .for_each(|counters| counters.record(true));
        let first = Snapshot::take(environment, None, &writing.counters).await?;
        tokio::time::sleep(span.measured).await;
        let last = Snapshot::take(environment, None, &writing.counters).await?;
        all_counters
            .iter()
            .for_each(|counters| counters.record(false));
        let errors = writing.counters.errors() + reading.counters.errors();
        let delivered = subscribers.counters().done() as f64;
        let (read, (write_requests, write_durations)) =
            tokio::try_join!(reading.finish(), writing.finish())?;
        let ends = environment.database().last_seqs(&ids).await?;
        let results = subscribers.close(&ends).await.map_err(io)?;

        let case = format!("{} people", self.users);
        let mut outcome = first.until(&last, Outcome::new(SCENARIO, case, "messages/s"));
        let p99 = |latency: Option<Latency>| latency.map_or(0.0, |latency| latency.p99);
        let [send_latency, read_latency, delivery_latency] = [
            Latency::of(&write_durations),
            Latency::of(&read.1),
            Latency::of(&results.durations),
        ];
        let worst = p99(send_latency)
            .max(p99(read_latency))
            .max(p99(delivery_latency));
        outcome.latency = delivery_latency;
        outcome.errors = errors;
        let mut totals = results.totals;
        totals += audit(bench, &self.chats, &write_requests.acks).await?;
        outcome.audit = Some(totals);
        Ok(outcome
            .with("offered/s", messages)
            .with("deliveries", delivered)
            .with("p99 of sends, ms", p99(send_latency))
            .with("p99 of reads, ms", p99(read_latency))
            .with("worst p99, ms", worst))
    }
}

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let (mut sustained_users, mut users) = (None, FIRST_USER_COUNT);
    let mut overloaded_users = None;
    while overloaded_users.is_none() || sustained_users.is_none() {
        let carried = attempt(bench, users).await?;
        match carried {
            true => sustained_users = Some(users),
            false => overloaded_users = Some(users),
        }
        if users < 50 {
            return Ok(());
        }
        users = if carried { users * 2 } else { users / 2 };
    }
    // One more step in between. More would take long, because each needs new users and chats.
    if let (Some(sustained_users), Some(overloaded_users)) = (sustained_users, overloaded_users) {
        let middle = (sustained_users + overloaded_users) / 2 / 100 * 100;
        attempt(bench, middle.max(sustained_users)).await?;
    }
    Ok(())
}

async fn attempt(bench: &mut Bench, users: usize) -> Result<bool, Error> {
    let outcome = DayScenario::prepare(bench, users)
        .await?
        .measure(bench)
        .await?;
    let number = |name: &str| outcome.more.get(name).copied().unwrap_or_default();
    let keeps_up = outcome.rate >= number("offered/s") * 0.95;
    let carried = keeps_up && number("worst p99, ms") <= MAX_P99_MS && outcome.errors == 0;
    bench.add(outcome.with("carried", f64::from(u8::from(carried))));
    Ok(carried)
}
