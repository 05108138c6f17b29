//! **session**: what somebody does who comes by, more and more of them, until one waits too long.
//!
//! They sign in on three devices, look at the list of their chats, open one, and say four things
//! with a pause before each, all through the load balancer. Everyone is in five chats of ten. Of
//! signing in they wait longer than for anything else: passwords are slow on purpose.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;
use uuid::Uuid;

use super::bench::Bench;
use super::day::{CHAT, CHATS, TOO_LATE_MS};
use super::read::{LISTED, MESSAGES, PAGE};
use super::write::audit;
use crate::audit::Ack;
use crate::db::username;
use crate::gauge::Gauge;
use crate::histogram::Histogram;
use crate::measure::{Latency, Look, Outcome};
use lab_stack::Error;
use lab_stack::client::{Client, NewMessage, Refusal, Visitor};
use lab_stack::stack::Service;

const SCENARIO: &str = "session";

/// Devices that everyone signs in on.
const DEVICES: usize = 3;

/// What everyone has to say, and how long they think before.
const MESSAGES_EACH: usize = 4;
const PAUSE: Duration = Duration::from_secs(1);

/// How long somebody stays, about: then as many leave as come.
const STAY: Duration = Duration::from_secs(6);

/// How many a second the search begins with.
const FIRST: usize = 4;

/// What visitors have seen.
#[derive(Default)]
struct Seen {
    sign_ins: Histogram,
    answers: Histogram,
    acks: Vec<Ack>,
}

/// What visitors share.
struct Visits {
    visitor: Visitor,
    password: String,
    gauge: Gauge,
    seen: Mutex<Seen>,
}

/// One of those who come by.
struct Visit {
    number: usize,
    login: String,
    chat: usize,
    chat_id: Uuid,
}

impl Visits {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how long something took.
    async fn timed<T>(
        &self,
        durations: fn(&mut Seen) -> &mut Histogram,
        request: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, Refusal> {
        let asked = Instant::now();
        let answer = request.await?;
        if self.gauge.is_recording() {
            let micros = asked.elapsed().as_micros() as u64;
            durations(&mut self.seen()).record(micros);
        }
        Ok(answer)
    }

    /// Lets so many in a second, and waits until they have left.
    async fn all_come(self: Arc<Self>, all: Vec<Visit>, coming: usize) {
        let mut inside = JoinSet::new();
        let mut door = interval(Duration::from_secs(1) / coming as u32);
        for visit in all {
            door.tick().await;
            let visits = Arc::clone(&self);
            inside.spawn(async move {
                match visits.stay(&visit).await {
                    Ok(()) => visits.gauge.add(1),
                    Err(_) => visits.gauge.add_error(),
                }
            });
        }
        while inside.join_next().await.is_some() {}
    }

    async fn stay(&self, visit: &Visit) -> Result<(), Refusal> {
        let sign_in = || self.visitor.sign_in(&visit.login, &self.password);
        for _ in 1..DEVICES {
            self.timed(|seen| &mut seen.sign_ins, sign_in()).await?;
        }
        let client = self.timed(|seen| &mut seen.sign_ins, sign_in()).await?;
        self.look(&client, LISTED, json!({})).await?;
        let page = json!({ "chatId": visit.chat_id, "last": PAGE });
        self.look(&client, MESSAGES, page).await?;
        for _ in 0..MESSAGES_EACH {
            tokio::time::sleep(PAUSE).await;
            let message = NewMessage::new(visit.chat_id, "The second half answers from there.");
            let sent = client.send_once(&message);
            let position = self.timed(|seen| &mut seen.answers, sent).await?;
            self.seen().acks.push(Ack {
                client: visit.number as u32,
                chat: visit.chat as u32,
                id: position.id.as_u128(),
                number: position.number,
            });
        }
        Ok(())
    }

    async fn look(
        &self,
        client: &Client,
        document: &str,
        variables: serde_json::Value,
    ) -> Result<(), Refusal> {
        let asked = client.ask(Service::Receiver, document, variables);
        self.timed(|seen| &mut seen.answers, asked).await.map(drop)
    }
}

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let base = format!("http://{}", bench.stage.balancer());
    let visitor = Visitor::patient(&base, Duration::from_secs(10));
    let password = "a password for everyone".to_owned();
    let first = visitor.register("bench-session", &password).await;
    let first = first.map_err(|refusal| Error::Failed {
        program: "signing up".to_owned(),
        output: refusal.to_string(),
    })?;
    let mut coming = FIRST;
    loop {
        let visits = Visits {
            visitor: visitor.clone(),
            password: password.clone(),
            gauge: Gauge::default(),
            seen: Mutex::default(),
        };
        let outcome = attempt(bench, visits, coming, first.user_id()).await?;
        let carried = outcome.more.get("carried") == Some(&1.0);
        bench.add(outcome);
        if !carried {
            return Ok(());
        }
        coming *= 2;
    }
}

/// So many people a second, each of them another one.
async fn attempt(
    bench: &Bench,
    visits: Visits,
    coming: usize,
    like: Uuid,
) -> Result<Outcome, Error> {
    let stage = &bench.stage;
    let span = STAY + bench.plan.measured;
    let people = (coming as f64 * span.as_secs_f64()).ceil() as usize;
    let count = people.div_ceil(CHAT) * CHATS;
    let chats = stage.chats_among(count, CHAT, people).await?;
    let everyone: Vec<Uuid> = (0..people).map(|index| stage.person(index).id).collect();
    stage.ledger().give_password(&everyone, like).await?;
    stage.ledger().settle().await?;
    let visit = |number: usize| Visit {
        number,
        login: username(everyone[number]),
        // The first chats have everyone in them once, in turn.
        chat: number / CHAT,
        chat_id: chats[number / CHAT].id,
    };

    let visits = Arc::new(visits);
    let all = (0..people).map(visit).collect();
    let street = tokio::spawn(Arc::clone(&visits).all_come(all, coming));
    tokio::time::sleep(STAY).await;
    visits.gauge.record(true);
    let first = Look::at(stage, None, &visits.gauge).await?;
    tokio::time::sleep(bench.plan.measured).await;
    let last = Look::at(stage, None, &visits.gauge).await?;
    visits.gauge.record(false);
    street
        .await
        .map_err(|cause| Error::io("visit", cause.into()))?;

    let case = format!("{coming} people a second");
    let mut outcome = first.until(&last, Outcome::new(SCENARIO, case, "visits/s"));
    let seen = std::mem::take(&mut *visits.seen());
    let (answers, sign_ins) = (Latency::of(&seen.answers), Latency::of(&seen.sign_ins));
    outcome.latency = answers;
    outcome.errors = visits.gauge.errors();
    outcome.audit = Some(audit(bench, &chats, &seen.acks).await?);
    let p99 = |latency: Option<Latency>| latency.map_or(f64::INFINITY, |latency| latency.p99);
    let worst = p99(answers).max(p99(sign_ins));
    let keeps_up = outcome.rate >= coming as f64 * 0.9;
    let carried = keeps_up && worst <= TOO_LATE_MS && outcome.errors == 0;
    Ok(outcome
        .with("p99 of sign-ins, ms", p99(sign_ins))
        .with("carried", f64::from(u8::from(carried))))
}
