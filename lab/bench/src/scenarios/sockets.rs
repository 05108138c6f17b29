//! **sockets**: thousands of idle subscriptions on one receiver.
//!
//! Each belongs to a different user in a chat of ten, so that no more is shared than in production. The bare server
//! holds sockets with the same read buffer, and nothing else.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::bench::Bench;
use super::fanout::{MAX_CONCURRENT_SUBSCRIBES, subscriptions};
use super::write::WriteRequests;
use crate::baselines::BaselineServer;
use crate::environment::open_file_limit;
use crate::load::http::LoadModel;
use crate::load::subscribers::{FollowedFeed, Subscribers};
use crate::load::subscription::Subscription;
use crate::measure::{Latency, Outcome, Ratio, RequestLoad, Snapshot};
use crate::usage::resident;
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "sockets";

const UNIT: &str = "connects/s";

/// Participants of each chat.
const CHAT_SIZE: usize = 10;

/// Files that a process needs besides its sockets, with a reserve.
const RESERVED_FILES: usize = 1_000;

/// Maximum number of sockets from one loopback address. The kernel has some 28,000 ports for each.
const MAX_SOCKETS_PER_ADDRESS: usize = 20_000;

/// How long the sockets are idle before the measurement.
const REST_BEFORE_MEASURING: Duration = Duration::from_secs(2);

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let sizes: &[usize] = match bench.plan.short {
        true => &[1_000, 10_000],
        false => &[1_000, 10_000, 50_000],
    };
    // The receiver and the generator need one file each for every socket.
    let max_sockets = (open_file_limit() as usize).saturating_sub(RESERVED_FILES) / 1_000 * 1_000;
    let counts: BTreeSet<usize> = sizes.iter().map(|&count| count.min(max_sockets)).collect();
    if sizes.iter().any(|&count| count > max_sockets) {
        println!(
            "{SCENARIO}: a process may open {} files here",
            open_file_limit()
        );
    }
    for count in counts {
        let limit = run_baseline(bench, count, "4096").await?;
        bench.add(limit.clone());
        if !bench.plan.short {
            let smallest = run_baseline(bench, count, "1024").await?;
            bench.add(smallest);
        }
        let mut outcome = run_antiphon(bench, count).await?;
        let (own, limit_kib) = (kib_per_socket(&outcome), kib_per_socket(&limit));
        outcome.ratio = Some(Ratio {
            to: format!("{} (KiB per socket)", limit.case),
            ratio: own / limit_kib,
            cpu: None,
        });
        bench.add(outcome);
    }
    Ok(())
}

fn kib_per_socket(outcome: &Outcome) -> f64 {
    outcome
        .more
        .get("KiB per socket")
        .copied()
        .unwrap_or(f64::NAN)
}

fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, 1 + (n / MAX_SOCKETS_PER_ADDRESS) as u8)
}

fn io(cause: std::io::Error) -> Error {
    Error::io("open many sockets", cause)
}

/// Opens the sockets and measures what they cost while they are idle.
async fn open_sockets(
    bench: &Bench,
    pid: u32,
    baseline_pid: Option<u32>,
    wanted: Vec<(Subscription, Vec<FollowedFeed>)>,
    feeds: &[Uuid],
    outcome: Outcome,
) -> Result<(Outcome, Subscribers), Error> {
    let count = wanted.len() as f64;
    let before = resident(pid);
    let began = Instant::now();
    let subscribers = Subscribers::start(wanted, feeds, MAX_CONCURRENT_SUBSCRIBES)
        .await
        .map_err(io)?;
    let rate = count / began.elapsed().as_secs_f64();
    tokio::time::sleep(REST_BEFORE_MEASURING).await;
    let bytes = resident(pid).saturating_sub(before) as f64;
    let first = Snapshot::take(&bench.environment, baseline_pid, subscribers.counters()).await?;
    tokio::time::sleep(bench.plan.measured).await;
    let last = Snapshot::take(&bench.environment, baseline_pid, subscribers.counters()).await?;
    let mut outcome = first.until(&last, outcome);
    // Nothing was delivered: the CPU time is per second, not per delivery.
    let span = bench.plan.measured.as_secs_f64();
    for seconds in outcome.cpu.values_mut() {
        *seconds /= 1_000.0 * span;
    }
    let rest = outcome.cpu.values().fold(0.0, |sum, cores| sum + cores);
    outcome.rate = rate;
    outcome.cpu.clear();
    let outcome = outcome
        .with("KiB per socket", bytes / count / 1024.0)
        .with("CPU at rest, cores", rest);
    Ok((outcome, subscribers))
}

async fn run_baseline(bench: &Bench, count: usize, buffer: &str) -> Result<Outcome, Error> {
    let arguments = ["sockets", "--idle", "--read-buffer", buffer];
    let server = BaselineServer::start(bench.environment.directory(), &arguments).await?;
    let wanted = (0..count).map(|n| {
        let mut subscription = Subscription::baseline(server.address());
        subscription.from = address(n);
        (subscription, vec![FollowedFeed { index: 0, head: 0 }])
    });
    let case = format!("bare server, {count} sockets, read buffer of {buffer} bytes");
    let outcome = Outcome::new(SCENARIO, case, UNIT);
    let pid = server.pid();
    let (outcome, subscribers) = open_sockets(
        bench,
        pid,
        Some(pid),
        wanted.collect(),
        &[Uuid::nil()],
        outcome,
    )
    .await?;
    subscribers.close(&[0]).await.map_err(io)?;
    Ok(outcome)
}

async fn run_antiphon(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let environment = &bench.environment;
    let receiver = Service::Receiver.instance(2);
    // A restart, because memory left over from an earlier scenario would be counted.
    environment.stack().restart(receiver).await?;
    let chats = environment
        .chats_among(count / CHAT_SIZE, CHAT_SIZE, count)
        .await?;
    environment.database().vacuum_and_checkpoint().await?;
    let mut wanted = subscriptions(bench, &chats, count).await?;
    for (n, (subscription, _)) in wanted.iter_mut().enumerate() {
        subscription.address = environment.instances(Service::Receiver)[1];
        subscription.from = address(n);
    }
    let ids: Vec<_> = chats.iter().map(|chat| chat.id).collect();
    let pid = environment.stack().process_id(receiver).unwrap_or_default();
    let outcome = Outcome::new(SCENARIO, format!("{count} idle subscriptions"), UNIT);
    let (mut outcome, subscribers) = open_sockets(bench, pid, None, wanted, &ids, outcome).await?;

    let one = &chats[..1];
    let writers = WriteRequests::for_chats(bench, 1, one);
    let model = LoadModel::ThinkTime(Duration::from_millis(20));
    subscribers.counters().record(true);
    let load = RequestLoad::start(
        environment.instances(Service::Sender)[..1].to_vec(),
        model,
        writers,
    );
    tokio::time::sleep(bench.plan.measured).await;
    load.finish().await?;
    let ends = environment.database().last_seqs(&ids).await?;
    let results = subscribers.close(&ends).await.map_err(io)?;
    outcome.latency = Latency::of(&results.durations);
    outcome.audit = Some(results.totals);
    Ok(outcome)
}
