//! **write**: clients that send a message, wait for its acknowledgement, and send the next.
//!
//! Half of them talk to each sender, past the load balancer, as the bare mutation's clients do.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::bench::Bench;
use crate::audit::{Ack, Verdict, compare};
use crate::baselines::{Bare, Insertion};
use crate::load::http::{Pace, Work};
use crate::load::messages::{Ids, Voice, spread};
use crate::load::scan::Scanner;
use crate::measure::{Latency, Outcome, measure};
use crate::stage::Chat;
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "write";

const UNIT: &str = "messages/s";

/// Clients, chats, participants of each chat.
type Case = (usize, usize, usize);

/// Those that the goals are about.
const SHORT: [Case; 8] = [
    (1, 1, 10),
    (32, 32, 10),
    (256, 32, 2),
    (256, 32, 10),
    (256, 32, 10_000),
    (256, 1, 10),
    (256, 1, 10_000),
    (256, 1_000, 10),
];

/// A thousand chats of ten thousand people would be ten million rows: left out.
const MOST_PARTICIPANTS: usize = 320_000;

fn cases(short: bool) -> Vec<Case> {
    if short {
        return SHORT.to_vec();
    }
    let mut cases = Vec::new();
    for participants in [2, 10, 100, 10_000] {
        for chats in [1, 32, 1_000] {
            for clients in [1, 32, 256] {
                cases.push((clients, chats, participants));
            }
        }
    }
    cases.retain(|(_, chats, people)| chats * people <= MOST_PARTICIPANTS);
    cases
}

/// Clients that write, each in its chats in turn.
pub struct Writers {
    voices: Vec<Vec<Voice>>,
    turns: Vec<usize>,
    asked: Vec<(u32, u128)>,
    ids: Ids,
    scanner: Scanner,
    /// Every acknowledgement, in order.
    pub acks: Vec<Ack>,
}

impl Writers {
    /// One connection for each list of voices.
    pub fn new(voices: Vec<Vec<Voice>>) -> Writers {
        Writers {
            turns: vec![0; voices.len()],
            asked: vec![(0, 0); voices.len()],
            voices,
            ids: Ids::default(),
            scanner: Scanner::default(),
            acks: Vec::new(),
        }
    }

    /// Clients of these chats: every chat has someone who writes in it, and every client writes
    /// as people of its own chats.
    pub fn among(bench: &Bench, clients: usize, chats: &[Chat]) -> Writers {
        let voice = |chat: usize, turn: usize| {
            let people = &chats[chat].people;
            let person = bench.stage.person(people[turn % people.len()]);
            Voice::new(&person.token, chat as u32, chats[chat].id)
        };
        let of_client = |client: usize| match chats.len() > clients {
            true => (client..chats.len())
                .step_by(clients)
                .map(|chat| voice(chat, 0))
                .collect(),
            false => vec![voice(client % chats.len(), client / chats.len())],
        };
        Writers::new((0..clients).map(of_client).collect())
    }

    /// The same through the load balancer.
    pub fn through_balancer(mut self) -> Writers {
        for voices in &mut self.voices {
            for voice in voices.iter_mut() {
                *voice = voice.clone().through_balancer();
            }
        }
        self
    }
}

impl Work for Writers {
    fn request(&mut self, connection: usize, sent: u64, out: &mut Vec<u8>) {
        let voices = &self.voices[connection];
        let voice = &voices[self.turns[connection] % voices.len()];
        self.turns[connection] += 1;
        let id = self.ids.next(sent);
        self.asked[connection] = (voice.chat, id.as_u128());
        voice.write(id, sent, out);
    }

    fn answer(&mut self, connection: usize, body: &[u8]) -> bool {
        let (chat, asked) = self.asked[connection];
        match self.scanner.acknowledged(body) {
            Some((id, number)) if id == asked => {
                self.acks.push(Ack {
                    client: connection as u32,
                    chat,
                    id,
                    number,
                });
                true
            }
            _ => false,
        }
    }
}

/// Compares what was acknowledged with what is stored.
///
/// # Errors
/// When the database does not answer.
pub async fn audit(bench: &Bench, chats: &[Chat], acks: &[Ack]) -> Result<Verdict, Error> {
    let ledger = bench.stage.ledger();
    let mut stored = HashMap::new();
    let mut strays = 0;
    let written: HashSet<u32> = acks.iter().map(|ack| ack.chat).collect();
    for (index, chat) in chats.iter().enumerate() {
        if !written.contains(&(index as u32)) {
            continue;
        }
        stored.insert(index as u32, ledger.messages(chat.id).await?);
        strays += ledger.strays(chat.id).await?;
    }
    let mut verdict = compare(acks, &stored);
    verdict.lost += strays;
    Ok(verdict)
}

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    rows(bench).await?;
    let limit = mutations(bench, "graphql", "bare").await?;
    mutations(bench, "stock", "stock").await?;
    for case in cases(bench.plan.short) {
        let (clients, chats, people) = case;
        let name = format!("{clients} clients, {chats} chats of {people}");
        if !bench.plan.wants(&name) {
            continue;
        }
        let outcome = play_case(bench, case, &name, false).await?;
        bench.add(outcome.beside(&limit));
    }
    let name = "256 clients, 32 chats of 10, through HAProxy";
    if bench.plan.wants(name) {
        let outcome = play_case(bench, (256, 32, 10), name, true).await?;
        bench.add(outcome.beside(&limit));
    }
    Ok(())
}

async fn play_case(
    bench: &Bench,
    (clients, chats, people): Case,
    name: &str,
    balanced: bool,
) -> Result<Outcome, Error> {
    let chats = bench.stage.chats(chats, people).await?;
    bench.stage.ledger().settle().await?;
    let mut writers = Writers::among(bench, clients, &chats);
    let mut addresses = spread(&bench.stage.both(Service::Sender), clients);
    if balanced {
        writers = writers.through_balancer();
        addresses = vec![bench.stage.balancer(); clients];
    }
    let outcome = Outcome::new(SCENARIO, name, UNIT);
    let load = (addresses, Pace::Closed, writers);
    let span = bench.plan.span();
    let (mut outcome, writers) = measure(&bench.stage, None, load, span, outcome).await?;
    outcome.audit = Some(audit(bench, &chats, &writers.acks).await?);
    Ok(outcome)
}

/// The mutation of a baseline with as many clients as the cases that it is compared with. Returns the fastest.
async fn mutations(bench: &mut Bench, baseline: &str, name: &str) -> Result<Outcome, Error> {
    let mut limit = Outcome::default();
    for clients in [32, 256] {
        let server = Bare::start(bench.stage.directory(), &[baseline]).await?;
        let voice = || vec![Voice::new("", 0, uuid::Uuid::now_v7())];
        let writers = Writers::new((0..clients).map(|_| voice()).collect());
        let name = format!("{name} mutation, {clients} clients");
        let outcome = Outcome::new(SCENARIO, name, UNIT);
        let load = (vec![server.address(); clients], Pace::Closed, writers);
        let span = bench.plan.span();
        let pid = Some(server.pid());
        let (outcome, _) = measure(&bench.stage, pid, load, span, outcome).await?;
        if outcome.rate > limit.rate {
            limit = outcome.clone();
        }
        bench.add(outcome);
    }
    Ok(limit)
}

/// What Postgres alone can store, as durably.
async fn rows(bench: &mut Bench) -> Result<(), Error> {
    for (connections, rows) in [(1, 1), (32, 1), (8, 100)] {
        let case = format!("bare Postgres, {connections} connections, {rows} rows a transaction");
        let insertion = insert(bench, connections, rows, bench.plan.measured).await?;
        let mut outcome = Outcome::new(SCENARIO, case, "rows/s");
        outcome.rate = insertion.rows;
        outcome.latency = Some(Latency {
            p50: insertion.p50 as f64 / 1e3,
            p95: insertion.p95 as f64 / 1e3,
            p99: insertion.p99 as f64 / 1e3,
            most: f64::NAN,
        });
        bench.add(outcome);
    }
    Ok(())
}

/// Runs bare inserts in a process of their own.
///
/// # Errors
/// When they fail.
pub async fn insert(
    bench: &Bench,
    connections: usize,
    rows: usize,
    span: Duration,
) -> Result<Insertion, Error> {
    let ours = std::env::current_exe().map_err(|cause| Error::io("find my own program", cause))?;
    let output = tokio::process::Command::new(ours)
        .args([
            "bench",
            "baseline",
            "inserts",
            "--url",
            &bench.stage.bare_url(),
        ])
        .args(["--connections", &connections.to_string()])
        .args(["--rows", &rows.to_string()])
        .args(["--seconds", &span.as_secs_f64().to_string()])
        .output()
        .await
        .map_err(|cause| Error::io("run bare inserts", cause))?;
    serde_json::from_slice(&output.stdout).map_err(|_| Error::Failed {
        program: "bare inserts".to_owned(),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
