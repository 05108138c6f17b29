//! **scale**: the same work done by one, two and four instances, each pinned to one core.
//!
//! They are started beside the stack's own, which do nothing meanwhile. On a machine with fewer
//! cores than instances they share: what is seen then is what more instances cost.

use super::bench::Bench;
use super::read;
use super::read::{CLIENTS, readers};
use super::write::{Writers, audit};
use crate::load::http::Pace;
use crate::load::messages::spread;
use crate::measure::{Outcome, measure};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "scale";

/// Instances.
const COUNTS: [usize; 3] = [1, 2, 4];

/// Clients that write, and their chats.
const WRITERS: usize = 256;
const CHATS: usize = 32;

/// Plays it.
///
/// # Errors
/// When anything fails, other than a promise.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let mut first: [Option<Outcome>; 2] = [None, None];
    for count in COUNTS {
        let outcome = writes(bench, count).await?;
        let one = first[0].get_or_insert_with(|| outcome.clone());
        let outcome = outcome.beside(one);
        bench.add(outcome);
        let outcome = reads(bench, count).await?;
        let one = first[1].get_or_insert_with(|| outcome.clone());
        let outcome = outcome.beside(one);
        bench.add(outcome);
    }
    Ok(())
}

async fn pinned(
    bench: &Bench,
    service: Service,
    count: usize,
) -> Result<Vec<std::net::SocketAddr>, Error> {
    let mut addresses = Vec::new();
    for number in 0..count {
        addresses.push(bench.stage.add_pinned(service, number).await?);
    }
    Ok(addresses)
}

async fn writes(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let addresses = pinned(bench, Service::Sender, count).await?;
    let chats = bench.stage.chats(CHATS, 10).await?;
    bench.stage.ledger().settle().await?;
    let writers = Writers::among(bench, WRITERS, &chats);
    let outcome = Outcome::new(SCENARIO, format!("{count} senders"), "messages/s");
    let load = (spread(&addresses, WRITERS), Pace::Closed, writers);
    let span = bench.plan.span();
    let (mut outcome, writers) = measure(&bench.stage, None, load, span, outcome).await?;
    outcome.audit = Some(audit(bench, &chats, &writers.acks).await?);
    bench.stage.remove_pinned();
    Ok(outcome)
}

async fn reads(bench: &Bench, count: usize) -> Result<Outcome, Error> {
    let addresses = pinned(bench, Service::Receiver, count).await?;
    let chats = read::filled(bench, CHATS, 60).await?;
    let outcome = Outcome::new(
        SCENARIO,
        format!("{count} receivers, latest page"),
        "requests/s",
    );
    let asking = readers(bench, &chats, None);
    let load = (spread(&addresses, CLIENTS), Pace::Closed, asking);
    let span = bench.plan.span();
    let (outcome, _) = measure(&bench.stage, None, load, span, outcome).await?;
    bench.stage.remove_pinned();
    Ok(outcome)
}
