//! **session**: visits of users, with more and more visits per second, until the latency is too high.
//!
//! A visitor signs in on three devices, reads the list of chats, opens one, and sends four messages with a pause before
//! each, all through the load balancer. Every user is in five chats of ten. Signing in takes longest: password hashing
//! is slow on purpose.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;
use uuid::Uuid;

use super::bench::Bench;
use super::day::{CHAT_SIZE, CHATS_PER_USER, MAX_P99_MS};
use super::read::{CHAT_LIST_QUERY, MESSAGES_QUERY, PAGE_SIZE};
use super::write::audit;
use crate::audit::Ack;
use crate::db::username;
use crate::histogram::Histogram;
use crate::load_counters::LoadCounters;
use crate::measure::{Latency, Outcome, Snapshot};
use lab_stack::Error;
use lab_stack::client::{Client, NewMessage, Refusal, Visitor};
use lab_stack::stack::Service;

const SCENARIO: &str = "session";

/// Devices on which every user signs in.
const DEVICES_PER_USER: usize = 3;

/// Messages that every visitor sends, and the pause before each.
const MESSAGES_PER_VISIT: usize = 4;
const THINK_TIME: Duration = Duration::from_secs(1);

/// About how long a visit takes. After this time, as many visits end as start.
const VISIT_DURATION: Duration = Duration::from_secs(6);

/// Visits per second with which the search starts.
const FIRST_VISITS_PER_SECOND: usize = 4;

/// Latencies and acknowledgements of all visits.
#[derive(Default)]
struct VisitResults {
    sign_ins: Histogram,
    answers: Histogram,
    acks: Vec<Ack>,
}

/// State that all visits share.
struct VisitLoad {
    visitor: Visitor,
    password: String,
    counters: LoadCounters,
    results: Mutex<VisitResults>,
}

/// One visit.
struct Visit {
    number: usize,
    login: String,
    chat: usize,
    chat_id: Uuid,
}

impl VisitLoad {
    fn results(&self) -> MutexGuard<'_, VisitResults> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records how long a request took.
    async fn timed<T>(
        &self,
        durations: fn(&mut VisitResults) -> &mut Histogram,
        request: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let asked = Instant::now();
        let answer = request.await?;
        if self.counters.is_recording() {
            let micros = asked.elapsed().as_micros() as u64;
            durations(&mut self.results()).record(micros);
        }
        Ok(answer)
    }

    /// Starts this many visits per second, and waits until all have ended.
    async fn run_all(self: Arc<Self>, all: Vec<Visit>, visits_per_second: usize) {
        let mut running = JoinSet::new();
        let mut arrivals = interval(Duration::from_secs(1) / visits_per_second as u32);
        for visit in all {
            arrivals.tick().await;
            let load = Arc::clone(&self);
            running.spawn(async move {
                match load.run_visit(&visit).await {
                    Ok(()) => load.counters.add(1),
                    Err(_) => load.counters.add_error(),
                }
            });
        }
        while running.join_next().await.is_some() {}
    }

    async fn run_visit(&self, visit: &Visit) -> Result<(), Refusal> {
        let sign_in = || self.visitor.sign_in(&visit.login, &self.password);
        for _ in 1..DEVICES_PER_USER {
            self.timed(|results| &mut results.sign_ins, sign_in())
                .await?;
        }
        let client = self
            .timed(|results| &mut results.sign_ins, sign_in())
            .await?;
        self.read(&client, CHAT_LIST_QUERY, json!({})).await?;
        let page = json!({ "chatId": visit.chat_id, "last": PAGE_SIZE });
        self.read(&client, MESSAGES_QUERY, page).await?;
        for _ in 0..MESSAGES_PER_VISIT {
            tokio::time::sleep(THINK_TIME).await;
            let message = NewMessage::new(visit.chat_id, "The second half answers from there.");
            let sent = client.send_once(&message);
            let position = self.timed(|results| &mut results.answers, sent).await?;
            self.results().acks.push(Ack {
                client: visit.number as u32,
                chat: visit.chat as u32,
                id: position.id.as_u128(),
                number: position.number,
            });
        }
        Ok(())
    }

    async fn read(
        &self,
        client: &Client,
        document: &str,
        variables: serde_json::Value,
    ) -> Result<(), Refusal> {
        let asked = client.ask(Service::Receiver, document, variables);
        self.timed(|results| &mut results.answers, asked)
            .await
            .map(drop)
    }
}

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let base = format!("http://{}", bench.environment.balancer());
    let visitor = Visitor::with_timeout(&base, Duration::from_secs(10));
    let password = "a password for everyone".to_owned();
    let first = visitor.register("bench-session", &password).await;
    let first = first.map_err(|refusal| Error::Failed {
        program: "registering".to_owned(),
        output: refusal.to_string(),
    })?;
    let mut visits_per_second = FIRST_VISITS_PER_SECOND;
    loop {
        let load = VisitLoad {
            visitor: visitor.clone(),
            password: password.clone(),
            counters: LoadCounters::default(),
            results: Mutex::default(),
        };
        let outcome = attempt(bench, load, visits_per_second, first.user_id()).await?;
        let carried = outcome.more.get("carried") == Some(&1.0);
        bench.add(outcome);
        if !carried {
            return Ok(());
        }
        visits_per_second *= 2;
    }
}

/// Measures with this many visits per second, each of a different user.
async fn attempt(
    bench: &Bench,
    load: VisitLoad,
    visits_per_second: usize,
    password_of: Uuid,
) -> Result<Outcome, Error> {
    let environment = &bench.environment;
    let span = VISIT_DURATION + bench.plan.measured;
    let user_count = (visits_per_second as f64 * span.as_secs_f64()).ceil() as usize;
    let count = user_count.div_ceil(CHAT_SIZE) * CHATS_PER_USER;
    let chats = environment
        .chats_among(count, CHAT_SIZE, user_count)
        .await?;
    let user_ids: Vec<Uuid> = (0..user_count)
        .map(|index| environment.user(index).id)
        .collect();
    environment
        .database()
        .copy_password(&user_ids, password_of)
        .await?;
    environment.database().vacuum_and_checkpoint().await?;
    let visit = |number: usize| Visit {
        number,
        login: username(user_ids[number]),
        // The first chats contain every user once, in turn.
        chat: number / CHAT_SIZE,
        chat_id: chats[number / CHAT_SIZE].id,
    };

    let load = Arc::new(load);
    let all = (0..user_count).map(visit).collect();
    let task = tokio::spawn(Arc::clone(&load).run_all(all, visits_per_second));
    tokio::time::sleep(VISIT_DURATION).await;
    load.counters.record(true);
    let first = Snapshot::take(environment, None, &load.counters).await?;
    tokio::time::sleep(bench.plan.measured).await;
    let last = Snapshot::take(environment, None, &load.counters).await?;
    load.counters.record(false);
    task.await
        .map_err(|cause| Error::io("visit", cause.into()))?;

    let case = format!("{visits_per_second} people a second");
    let mut outcome = first.until(&last, Outcome::new(SCENARIO, case, "visits/s"));
    let results = std::mem::take(&mut *load.results());
    let (answers, sign_ins) = (
        Latency::of(&results.answers),
        Latency::of(&results.sign_ins),
    );
    outcome.latency = answers;
    outcome.errors = load.counters.errors();
    outcome.audit = Some(audit(bench, &chats, &results.acks).await?);
    let p99 = |latency: Option<Latency>| latency.map_or(f64::INFINITY, |latency| latency.p99);
    let worst = p99(answers).max(p99(sign_ins));
    let keeps_up = outcome.rate >= visits_per_second as f64 * 0.9;
    let carried = keeps_up && worst <= MAX_P99_MS && outcome.errors == 0;
    Ok(outcome
        .with("p99 of sign-ins, ms", p99(sign_ins))
        .with("carried", f64::from(u8::from(carried))))
}
