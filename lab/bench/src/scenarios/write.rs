//! **write**: clients that send a message, wait for the acknowledgement, and send the next one.
//!
//! Half of them are connected to each sender, without the load balancer, as the clients of the bare mutation are.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::bench::Bench;
use crate::audit::{Ack, AuditTotals, compare};
use crate::baselines::{BaselineServer, InsertResult};
use crate::environment::Chat;
use crate::load::http::{LoadModel, RequestSource};
use crate::load::requests::{IdGenerator, MessageTemplate, round_robin};
use crate::load::scan::Scanner;
use crate::measure::{Latency, Outcome, measure};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "write";

const UNIT: &str = "messages/s";

/// Clients, chats, participants of each chat.
type Case = (usize, usize, usize);

/// The cases to which the goals refer.
const SHORT_CASES: [Case; 8] = [
    (1, 1, 10),
    (32, 32, 10),
    (256, 32, 2),
    (256, 32, 10),
    (256, 32, 10_000),
    (256, 1, 10),
    (256, 1, 10_000),
    (256, 1_000, 10),
];

/// Cases with more participants are left out: a thousand chats of ten thousand users would be ten million rows.
const MAX_PARTICIPANTS: usize = 320_000;

fn cases(short: bool) -> Vec<Case> {
    if short {
        return SHORT_CASES.to_vec();
    }
    let mut cases = Vec::new();
    for participants in [2, 10, 100, 10_000] {
        for chats in [1, 32, 1_000] {
            for clients in [1, 32, 256] {
                cases.push((clients, chats, participants));
            }
        }
    }
    cases.retain(|(_, chats, users)| chats * users <= MAX_PARTICIPANTS);
    cases
}

/// Requests of clients that write, each to its chats in turn.
pub struct WriteRequests {
    templates: Vec<Vec<MessageTemplate>>,
    turns: Vec<usize>,
    pending: Vec<(u32, u128)>,
    ids: IdGenerator,
    scanner: Scanner,
    /// All acknowledgements, in order.
    pub acks: Vec<Ack>,
}

impl WriteRequests {
    /// One connection for each list of templates.
    pub fn new(templates: Vec<Vec<MessageTemplate>>) -> WriteRequests {
        WriteRequests {
            turns: vec![0; templates.len()],
            pending: vec![(0, 0); templates.len()],
            templates,
            ids: IdGenerator::default(),
            scanner: Scanner::default(),
            acks: Vec::new(),
        }
    }

    /// Clients for these chats: every chat has at least one client, and every client writes as users of its own chats.
    pub fn for_chats(bench: &Bench, clients: usize, chats: &[Chat]) -> WriteRequests {
        let template = |chat: usize, turn: usize| {
            let users = &chats[chat].users;
            let user = bench.environment.user(users[turn % users.len()]);
            MessageTemplate::new(&user.token, chat as u32, chats[chat].id)
        };
        let of_client = |client: usize| match chats.len() > clients {
            true => (client..chats.len())
                .step_by(clients)
                .map(|chat| template(chat, 0))
                .collect(),
            false => vec![template(client % chats.len(), client / chats.len())],
        };
        WriteRequests::new((0..clients).map(of_client).collect())
    }

    /// The same, through the load balancer.
    pub fn through_balancer(mut self) -> WriteRequests {
        for templates in &mut self.templates {
            for template in templates.iter_mut() {
                *template = template.clone().through_balancer();
            }
        }
        self
    }
}

impl RequestSource for WriteRequests {
    fn write_request(&mut self, connection: usize, sent: u64, out: &mut Vec<u8>) {
        let templates = &self.templates[connection];
        let template = &templates[self.turns[connection] % templates.len()];
        self.turns[connection] += 1;
        let id = self.ids.next(sent);
        self.pending[connection] = (template.chat, id.as_u128());
        template.write_request(id, sent, out);
    }

    fn handle_response(&mut self, connection: usize, body: &[u8]) -> bool {
        let (chat, pending) = self.pending[connection];
        match self.scanner.acknowledged(body) {
            Some((id, number)) if id == pending => {
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

/// Compares acknowledgements with stored messages.
///
/// # Errors
/// If the database returns an error.
pub async fn audit(bench: &Bench, chats: &[Chat], acks: &[Ack]) -> Result<AuditTotals, Error> {
    let database = bench.environment.database();
    let mut stored = HashMap::new();
    let mut misplaced_messages = 0;
    let written: HashSet<u32> = acks.iter().map(|ack| ack.chat).collect();
    for (index, chat) in chats.iter().enumerate() {
        if !written.contains(&(index as u32)) {
            continue;
        }
        stored.insert(index as u32, database.messages(chat.id).await?);
        misplaced_messages += database.misplaced_messages(chat.id).await?;
    }
    let mut totals = compare(acks, &stored);
    totals.lost += misplaced_messages;
    Ok(totals)
}

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    run_bare_inserts(bench).await?;
    let limit = run_baseline_mutation(bench, "graphql", "bare").await?;
    run_baseline_mutation(bench, "stock", "stock").await?;
    for case in cases(bench.plan.short) {
        let (clients, chats, users) = case;
        let name = format!("{clients} clients, {chats} chats of {users}");
        if !bench.plan.wants(&name) {
            continue;
        }
        let outcome = run_case(bench, case, &name, false).await?;
        bench.add(outcome.compared_with(&limit));
    }
    let name = "256 clients, 32 chats of 10, through HAProxy";
    if bench.plan.wants(name) {
        let outcome = run_case(bench, (256, 32, 10), name, true).await?;
        bench.add(outcome.compared_with(&limit));
    }
    Ok(())
}

async fn run_case(
    bench: &Bench,
    (clients, chats, users): Case,
    name: &str,
    balanced: bool,
) -> Result<Outcome, Error> {
    let chats = bench.environment.chats(chats, users).await?;
    bench.environment.database().vacuum_and_checkpoint().await?;
    let mut writers = WriteRequests::for_chats(bench, clients, &chats);
    let mut addresses = round_robin(&bench.environment.instances(Service::Sender), clients);
    if balanced {
        writers = writers.through_balancer();
        addresses = vec![bench.environment.balancer(); clients];
    }
    let outcome = Outcome::new(SCENARIO, name, UNIT);
    let load = (addresses, LoadModel::ClosedLoop, writers);
    let span = bench.plan.span();
    let (mut outcome, writers) = measure(&bench.environment, None, load, span, outcome).await?;
    outcome.audit = Some(audit(bench, &chats, &writers.acks).await?);
    Ok(outcome)
}

/// Measures the mutation of a baseline with as many clients as the cases that are compared with it. Returns the fastest.
async fn run_baseline_mutation(
    bench: &mut Bench,
    baseline: &str,
    name: &str,
) -> Result<Outcome, Error> {
    let mut limit = Outcome::default();
    for clients in [32, 256] {
        let server = BaselineServer::start(bench.environment.directory(), &[baseline]).await?;
        let template = || vec![MessageTemplate::new("", 0, uuid::Uuid::now_v7())];
        let writers = WriteRequests::new((0..clients).map(|_| template()).collect());
        let name = format!("{name} mutation, {clients} clients");
        let outcome = Outcome::new(SCENARIO, name, UNIT);
        let load = (
            vec![server.address(); clients],
            LoadModel::ClosedLoop,
            writers,
        );
        let span = bench.plan.span();
        let pid = Some(server.pid());
        let (outcome, _) = measure(&bench.environment, pid, load, span, outcome).await?;
        if outcome.rate > limit.rate {
            limit = outcome.clone();
        }
        bench.add(outcome);
    }
    Ok(limit)
}

/// Measures what Postgres alone can store with the same durability.
async fn run_bare_inserts(bench: &mut Bench) -> Result<(), Error> {
    for (connections, rows) in [(1, 1), (32, 1), (8, 100)] {
        let case = format!("bare Postgres, {connections} connections, {rows} rows a transaction");
        let inserts = run_inserts(bench, connections, rows, bench.plan.measured).await?;
        let mut outcome = Outcome::new(SCENARIO, case, "rows/s");
        outcome.rate = inserts.rows;
        outcome.latency = Some(Latency {
            p50: inserts.p50 as f64 / 1e3,
            p95: inserts.p95 as f64 / 1e3,
            p99: inserts.p99 as f64 / 1e3,
            max: f64::NAN,
        });
        bench.add(outcome);
    }
    Ok(())
}

/// Runs bare inserts in a separate process.
///
/// # Errors
/// If they fail.
pub async fn run_inserts(
    bench: &Bench,
    connections: usize,
    rows: usize,
    span: Duration,
) -> Result<InsertResult, Error> {
    let own_program =
        std::env::current_exe().map_err(|cause| Error::io("find my own program", cause))?;
    let output = tokio::process::Command::new(own_program)
        .args([
            "bench",
            "baseline",
            "inserts",
            "--url",
            &bench.environment.bare_url(),
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
