//! **sockets**: subscriptions that wait, thousands of them on one receiver.
//!
//! Everyone is another person in a chat of ten, so that nothing is shared that would not be
//! shared in life. The bare server keeps sockets with the same read buffer, and nothing else.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::bench::Bench;
use super::fanout::{WIDTH, subscriptions};
use super::write::Writers;
use crate::baselines::Bare;
use crate::load::http::Pace;
use crate::load::listeners::{Feed, Listeners};
use crate::load::socket::Subscription;
use crate::measure::{Driven, Latency, Look, Outcome, Ratio};
use crate::stage::files;
use crate::usage::resident;
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "sockets";

const UNIT: &str = "connects/s";

/// People of each chat.
const CHAT: usize = 10;

/// Files that a process needs besides its sockets, and some to spare.
const OTHER_FILES: usize = 1_000;

/// Sockets from one loopback address. The kernel has some 28,000 ports for each.
const PER_ADDRESS: usize = 20_000;

/// How long the sockets are left alone before anything is measured.
const REST: Duration = Duration::from_secs(2);

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let sizes: &[usize] = match bench.plan.short {
        true => &[1_000, 10_000],
        false => &[1_000, 10_000, 50_000],
    };
    // Receiver and generator each have a file for every socket.
    let most = (files() as usize).saturating_sub(OTHER_FILES) / 1_000 * 1_000;
    let possible: BTreeSet<usize> = sizes.iter().map(|&count| count.min(most)).collect();
    if sizes.iter().any(|&count| count > most) {
        println!("{SCENARIO}: a process may open {} files here", files());
    }
    for count in possible {
        let limit = bare(bench, count, "4096").await?;
        bench.add(limit.clone());
        if !bench.plan.short {
            let smallest = bare(bench, count, "1024").await?;
            bench.add(smallest);
        }
        let mut outcome = ours(bench, count).await?;
        let (own, bares) = (kib(&outcome), kib(&limit));
        outcome.ratio = Some(Ratio {
            to: format!("{} (KiB per socket)", limit.case),
            ratio: own / bares,
            cpu: None,
        });
        bench.add(outcome);
    }
    Ok(())
}

fn kib(outcome: &Outcome) -> f64 {
    outcome
        .more
        .get("KiB per socket")
        .copied()
        .unwrap_or(f64::NAN)
}

fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, 1 + (n / PER_ADDRESS) as u8)
}

fn io(cause: std::io::Error) -> Error {
    Error::io("open many sockets", cause)
}

/// Opens them and says what they cost at rest.
async fn open(
    bench: &Bench,
    pid: u32,
    bare: Option<u32>,
    wanted: Vec<(Subscription, Vec<Feed>)>,
    feeds: &[Uuid],
    outcome: Outcome,
) -> Result<(Outcome, Listeners), Error> {
    let count = wanted.len() as f64;
    let before = resident(pid);
    let began = Instant::now();
    let listeners = Listeners::start(wanted, feeds, WIDTH).await.map_err(io)?;
    let rate = count / began.elapsed().as_secs_f64();
    tokio::time::sleep(REST).await;
    let bytes = resident(pid).saturating_sub(before) as f64;
    let first = Look::at(&bench.stage, bare, listeners.gauge()).await?;
    tokio::time::sleep(bench.plan.measured).await;
    let last = Look::at(&bench.stage, bare, listeners.gauge()).await?;
    let mut outcome = first.until(&last, outcome);
    // Nothing was delivered: what was used is of the machine's second, not of a delivery.
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
    Ok((outcome, listeners))
}

async fn bare(bench: &Bench, count: usize, buffer: &str) -> Result<Outcome, Error> {
    let words = ["sockets", "--idle", "--read-buffer", buffer];
    let server = Bare::start(bench.stage.directory(), &words).await?;
    let wanted = (0..count).map(|n| {
        let mut subscription = Subscription::bare(server.address());
        subscription.from = address(n);
        (subscription, vec![Feed { index: 0, head: 0 }])
    });
    let case = format!("bare server, {count} sockets, read buffer of {buffer} bytes");
    let outcome = Outcome::new(SCENARIO, case, UNIT);
    let pid = server.pid();
    let (outcome, listeners) = open(
        bench,
        pid,
        Some(pid),
        wanted.collect(),
        &[Uuid::nil()],
        outcome,
    )
    .await?;
    listeners.close(&[0]).await.map_err(io)?;
    Ok(outcome)
}

async fn ours(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let stage = &bench.stage;
    let receiver = Service::Receiver.instance(2);
    // Memory that an earlier scenario has left behind is not a socket's.
    stage.stack().restart(receiver).await?;
    let chats = stage.chats_among(count / CHAT, CHAT, count).await?;
    stage.ledger().settle().await?;
    let mut wanted = subscriptions(bench, &chats, count).await?;
    for (n, (subscription, _)) in wanted.iter_mut().enumerate() {
        subscription.address = stage.both(Service::Receiver)[1];
        subscription.from = address(n);
    }
    let ids: Vec<_> = chats.iter().map(|chat| chat.id).collect();
    let pid = stage.stack().process_id(receiver).unwrap_or_default();
    let outcome = Outcome::new(SCENARIO, format!("{count} idle subscriptions"), UNIT);
    let (mut outcome, listeners) = open(bench, pid, None, wanted, &ids, outcome).await?;

    let one = &chats[..1];
    let writers = Writers::among(bench, 1, one);
    let pace = Pace::Paused(Duration::from_millis(20));
    listeners.gauge().record(true);
    let driven = Driven::start(stage.both(Service::Sender)[..1].to_vec(), pace, writers);
    tokio::time::sleep(bench.plan.measured).await;
    driven.finish().await?;
    let ends = stage.ledger().ends(&ids).await?;
    let heard = listeners.close(&ends).await.map_err(io)?;
    outcome.latency = Latency::of(&heard.durations);
    outcome.audit = Some(heard.verdict);
    Ok(outcome)
}
