//! **scale**: the same work done by one, two and four instances, each pinned to one core.
//!
//! They are started beside the stack's own instances, which are idle meanwhile. On a machine with fewer cores than
//! instances, cores are shared: the result then shows the cost of additional instances.

use super::bench::Bench;
use super::read;
use super::read::{READ_CONNECTIONS, read_requests};
use super::write::{WriteRequests, audit};
use crate::load::http::LoadModel;
use crate::load::requests::round_robin;
use crate::measure::{Outcome, measure};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "scale";

/// Numbers of instances to measure.
const INSTANCE_COUNTS: [usize; 3] = [1, 2, 4];

/// Connections that write, and their chats.
const WRITE_CONNECTIONS: usize = 256;
const CHATS: usize = 32;

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let mut first: [Option<Outcome>; 2] = [None, None];
    for count in INSTANCE_COUNTS {
        let outcome = run_writes(bench, count).await?;
        let one = first[0].get_or_insert_with(|| outcome.clone());
        let outcome = outcome.compared_with(one);
        bench.add(outcome);
        let outcome = run_reads(bench, count).await?;
        let one = first[1].get_or_insert_with(|| outcome.clone());
        let outcome = outcome.compared_with(one);
        bench.add(outcome);
    }
    Ok(())
}

async fn start_pinned(
    bench: &Bench,
    service: Service,
    count: usize,
) -> Result<Vec<std::net::SocketAddr>, Error> {
    let mut addresses = Vec::new();
    for number in 0..count {
        addresses.push(bench.environment.add_pinned(service, number).await?);
    }
    Ok(addresses)
}

async fn run_writes(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let addresses = start_pinned(bench, Service::Sender, count).await?;
    let chats = bench.environment.chats(CHATS, 10).await?;
    bench.environment.database().vacuum_and_checkpoint().await?;
    let writers = WriteRequests::for_chats(bench, WRITE_CONNECTIONS, &chats);
    let outcome = Outcome::new(SCENARIO, format!("{count} senders"), "messages/s");
    let load = (
        round_robin(&addresses, WRITE_CONNECTIONS),
        LoadModel::ClosedLoop,
        writers,
    );
    let span = bench.plan.span();
    let (mut outcome, writers) = measure(&bench.environment, None, load, span, outcome).await?;
    outcome.audit = Some(audit(bench, &chats, &writers.acks).await?);
    bench.environment.remove_pinned();
    Ok(outcome)
}

async fn run_reads(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let addresses = start_pinned(bench, Service::Receiver, count).await?;
    let chats = read::chats_with_history(bench, CHATS, 60).await?;
    let outcome = Outcome::new(
        SCENARIO,
        format!("{count} receivers, latest page"),
        "requests/s",
    );
    let requests = read_requests(bench, &chats, None);
    let load = (
        round_robin(&addresses, READ_CONNECTIONS),
        LoadModel::ClosedLoop,
        requests,
    );
    let span = bench.plan.span();
    let (outcome, _) = measure(&bench.environment, None, load, span, outcome).await?;
    bench.environment.remove_pinned();
    Ok(outcome)
}
